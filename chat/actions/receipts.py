"""Read and delivery receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from chat import push
from chat.domain import group_rules
from chat.errors import MessageNotFound
from chat.models import Conversation, Member
from chat.queries.locking import lock_conversation_for_member, lock_current_memberships
from chat.queries.members import (
    list_current_memberships,
    list_recipients_by_conversation,
)
from chat.queries.messages import count_own_after, fetch_counted, list_senders
from chat.queries.row_builders import own_membership_row
from superapp.core import change_cursor
from superapp.realtime import user_topic


def mark_read(*, conversation_id: UUID, user_id: int, seq: int) -> Member:
    """
    Mark all messages up to ``seq`` as read by this person, and return the membership; the mark never moves back.

    It also clears "marked as unread", even if the read mark does not move.

    :raises ConversationNotFound: if the person is not a member
    :raises MessageNotFound: if there is no such message yet
    """
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, user_id)
        if seq > conversation.last_seq:
            raise MessageNotFound
        if seq <= member.read_seq:
            return _end_marked_unread(member) if member.is_marked_unread else member
        member.is_marked_unread = False
        old_seq, member.read_seq = member.read_seq, seq
        member.read_counted = fetch_counted(conversation, seq)
        member.own_since = count_own_after(conversation, user_id=user_id, seq=seq)
        member.delivered_seq = max(member.delivered_seq, seq)
        _stamp([member])
        member.rev = user_topic.next_rev(user_id)
        member.save(
            update_fields=[
                "read_seq",
                "read_counted",
                "own_since",
                "delivered_seq",
                "is_marked_unread",
                "changed",
                "rev",
            ]
        )
        _send_receipts({member: old_seq})
        push.membership_changed(user_id, own_membership_row(member, conversation.public_id))
    return member


def _end_marked_unread(member: Member) -> Member:
    """Remove the person's own mark; the other members learn nothing of it."""
    member.is_marked_unread = False
    member.changed = change_cursor.current_stamp()
    member.rev = user_topic.next_rev(member.user_id)
    member.save(update_fields=["is_marked_unread", "changed", "rev"])
    push.membership_changed(member.user_id, own_membership_row(member, member.conversation.public_id))
    return member


def mark_delivered(user_id: int, marks: Sequence[tuple[UUID, int]]) -> None:
    """
    Mark all messages up to each (conversation, seq) as delivered to a device of this person.

    Conversations of which the person is not a member are skipped: they may just have left.
    """
    newest: dict[UUID, int] = {}
    for conversation_id, seq in marks:
        newest[conversation_id] = max(seq, newest.get(conversation_id, 0))
    # Marks never move back, so a mark that would not move now will not move after the lock either.
    moving = {
        member.conversation_id
        for member in list_current_memberships(newest, user_id=user_id)
        if newest[member.conversation.public_id] > member.delivered_seq
    }
    if not moving:
        return
    with transaction.atomic():
        moved: dict[Member, int] = {}
        for member in lock_current_memberships(moving, user_id=user_id):
            seq = min(newest[member.conversation.public_id], member.conversation.last_seq)
            if seq > member.delivered_seq:
                moved[member] = member.delivered_seq
                member.delivered_seq = seq
        if moved:
            _stamp(list(moved))
            Member.objects.bulk_update(list(moved), ["delivered_seq", "changed"])
            _send_receipts(moved)


def _stamp(moved: Sequence[Member]) -> None:
    """Set the change stamp of these memberships and their conversations, so that ``sync`` repairs a lost receipt."""
    changed = change_cursor.current_stamp()
    for member in moved:
        member.changed = changed
    Conversation.objects.filter(pk__in=[member.conversation_id for member in moved]).update(changed=changed)


def _send_receipts(moved: Mapping[Member, int]) -> None:
    """
    Send the marks of these members, each with where the mark was before.

    In a large group they go only to the authors of what was read or received, who alone show it, and to the member's
    own devices; all others read them with the summary, or ask ``chat.readers``.
    """
    recipients = list_recipients_by_conversation([member.conversation_id for member in moved])
    for member, old_seq in moved.items():
        to_user_ids = recipients[member.conversation_id]
        if len(to_user_ids) > group_rules.RECEIPTS_TO_ALL_MAX:
            newest = max(member.read_seq, member.delivered_seq)
            concerned = list_senders(member.conversation_id, after_seq=old_seq, until_seq=newest) | {member.user_id}
            to_user_ids = [user_id for user_id in to_user_ids if user_id in concerned]
        push.receipt(
            member.conversation.public_id,
            member.user.public_id,
            read_seq=member.read_seq,
            delivered_seq=member.delivered_seq,
            to_user_ids=to_user_ids,
        )
