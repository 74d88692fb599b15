"""Beginning and ending memberships, and telling of it; the caller holds the lock on the conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet

from chat import push
from chat.contracts import NewMessage
from chat.domain import group_rules
from chat.domain.enums import MemberRole, MessageKind
from chat.errors import GroupFull
from chat.models import Conversation, Group, GroupInvitation, GroupLink, JoinRequest, Member
from chat.queries.groups import list_admin_ids
from chat.queries.members import fetch_reach, list_recipients
from chat.queries.row_builders import group_row, own_membership_row
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.core import change_cursor
from superapp.realtime import user_topic

_BEGUN_FIELDS = (
    "from_seq",
    "until_seq",
    "until_rev",
    "until_title",
    "until_read_seq",
    "until_delivered_seq",
    "is_removed",
    "read_seq",
    "delivered_seq",
    "read_counted",
    "own_since",
    "hidden_seq",
    "is_archived",
    "is_marked_unread",
    "rev",
    "changed",
)


def begin_memberships(
    conversation: Conversation, user_ids: Collection[int], *, from_seq: int, is_marked_unread: bool = False
) -> None:
    """
    Create or renew memberships of these people that start now: older messages do not count as unread.

    ``is_marked_unread`` marks the conversation as unread for them, until they open it.
    """
    changed = change_cursor.current_stamp()
    revs = user_topic.next_revs(user_ids)
    standing = {
        member.user_id: member for member in Member.objects.filter(conversation=conversation, user_id__in=user_ids)
    }
    members = [standing.get(user_id) or Member(conversation=conversation, user_id=user_id) for user_id in user_ids]
    for member in members:
        member.from_seq = from_seq
        member.until_seq, member.until_rev, member.until_title, member.is_removed = None, None, "", False
        member.until_read_seq = member.until_delivered_seq = 0
        member.read_seq = member.delivered_seq = conversation.last_seq
        member.read_counted, member.own_since = conversation.counted, 0
        member.hidden_seq, member.is_archived, member.is_marked_unread = 0, False, is_marked_unread
        member.rev, member.changed = revs[member.user_id], changed
    Member.objects.bulk_create([member for member in members if member.pk is None])
    Member.objects.bulk_update([member for member in members if member.pk is not None], _BEGUN_FIELDS)
    push.send_after_commit(
        [
            push.membership_changed_hint(member.user_id, own_membership_row(member, conversation.public_id))
            for member in members
        ]
    )


def join_people(
    conversation: Conversation, user_ids: Sequence[int], *, event: str, actor_id: int, now: datetime
) -> None:
    """
    Add people to a group and post ``event`` about it; the caller holds the conversation's lock.

    Their invitations and join requests end. For whoever was added by somebody else, the conversation is marked as
    unread until they open it. Only ``members_added`` names several people, any other event the first.

    :raises GroupFull: if the group would have more members than a group may have
    """
    group = conversation.group
    if group.member_count + len(user_ids) > group_rules.MEMBERS_MAX:
        raise GroupFull(members_max=group_rules.MEMBERS_MAX)
    GroupInvitation.objects.filter(conversation=conversation, user_id__in=user_ids).delete()
    drop_requests(conversation, JoinRequest.objects.filter(user_id__in=user_ids))
    is_by_other = actor_id not in user_ids
    begin_memberships(conversation, user_ids, from_seq=conversation.last_seq + 1, is_marked_unread=is_by_other)
    if event == "members_added":
        post_group_event(conversation, event, actor_id=actor_id, user_ids=user_ids, now=now)
    else:
        post_group_event(conversation, event, actor_id=actor_id, user_id=user_ids[0], now=now)
    store_group(conversation, group, joined=len(user_ids))


def drop_requests(conversation: Conversation, requests: QuerySet[JoinRequest]) -> None:
    """Delete those of these requests that are about a group, and tell its admins if there were any."""
    if requests.filter(conversation=conversation).delete()[0]:
        tell_of_requests(conversation)


def tell_of_requests(conversation: Conversation) -> None:
    """Tell the admins of a group that the number of people who wait to be let in has changed."""
    admins = list_admin_ids(conversation)
    # If the hint is lost, the changed stamp makes the next ``sync`` include the conversation.
    Member.objects.filter(conversation=conversation, user_id__in=admins).update(changed=change_cursor.current_stamp())
    push.requests_changed(conversation.public_id, to_user_ids=admins)


def revoke_links_of(conversation: Conversation, user_id: int, *, now: datetime) -> None:
    """Revoke the links that a person made to a group, and with them the requests that came by them."""
    made = GroupLink.objects.filter(conversation=conversation, created_by_id=user_id, revoked_at=None)
    made_ids = list(made.values_list("pk", flat=True))
    if made_ids:
        GroupLink.objects.filter(pk__in=made_ids).update(revoked_at=now)
        drop_requests(conversation, JoinRequest.objects.filter(link_id__in=made_ids))


def end_membership(conversation: Conversation, member: Member, *, now: datetime, is_removed: bool = False) -> None:
    """End a membership and its links; its person keeps what was posted up to now, and is told last."""
    revoke_links_of(conversation, member.user_id, now=now)
    member.until_seq, member.until_rev = conversation.last_seq, conversation.rev
    member.until_title = conversation.title
    member.until_read_seq, member.until_delivered_seq = fetch_reach(conversation, member.user_id)
    member.read_seq, member.read_counted, member.own_since = conversation.last_seq, conversation.counted, 0
    member.role, member.is_removed, member.is_marked_unread = MemberRole.MEMBER, is_removed, False
    member.changed = change_cursor.current_stamp()
    member.rev = user_topic.next_rev(member.user_id)
    member.save()
    push.membership_changed(member.user_id, own_membership_row(member, conversation.public_id))


def post_group_event(
    conversation: Conversation,
    name: str,
    *,
    actor_id: int,
    now: datetime,
    user_id: int | None = None,
    user_ids: Sequence[int] = (),
    fields: dict[str, str] | None = None,
) -> None:
    """Post a system event about the group itself, on behalf of the person who caused it."""
    named = {actor_id, *user_ids} | ({user_id} if user_id is not None else set())
    public_ids = accounts.get_public_ids(named)
    event: dict[str, object] = {"name": name, **(fields or {})}
    if user_id is not None:
        event["user"] = str(public_ids[user_id])
    if user_ids:
        event["users"] = [str(public_ids[one]) for one in user_ids]
    entry = NewMessage(
        conversation_id=conversation.public_id,
        sender_id=actor_id,
        sender_public_id=public_ids[actor_id],
        # Derived from the event's position in the log, so that each has its own.
        client_id=str(_event_id(conversation.public_id, name, conversation.last_seq + 1)),
        kind=MessageKind.EVENT,
        event=event,
    )
    log.append([entry], now=now, checks_permission=False)
    conversation.refresh_from_db(fields=["last_seq", "counted", "rev"])


def _event_id(conversation_id: UUID, name: str, seq: int) -> UUID:
    return uuid5(conversation_id, f"{name}:{seq}")


def store_group(conversation: Conversation, group: Group, *, joined: int = 0) -> None:
    """Store a changed group under its next rev, and tell its members; ``joined`` is the change of their number."""
    group.member_count += joined
    group.rev += 1
    group.save()
    group.conversation = conversation
    push.group_changed(conversation.public_id, group_row(group), to_user_ids=list_recipients(conversation.pk))
