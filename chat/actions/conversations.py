"""Opening conversations, and adding and removing members. Each change of membership locks the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from chat import push
from chat.contracts import NewMessage
from chat.domain.enums import ConversationKind, MemberRole, MessageKind
from chat.errors import ConversationNotFound, NotAccepted, NotAGroup
from chat.models import Conversation, Face, Member
from chat.queries.conversations import build_direct_key, find_direct_conversation
from chat.queries.locking import lock_conversation, lock_conversation_for_member
from chat.queries.members import get_member, has_been_member, is_current_member
from chat.queries.row_builders import membership_row
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core import change_cursor
from superapp.core.text_cleaning import clean_line
from superapp.realtime import user_topic


def open_direct_conversation(*, user_id: int, peer_id: int, now: datetime, face: Face | None = None) -> Conversation:
    """
    Return the direct conversation of two people, creating it if there is none.

    There is one conversation for each pair, regardless of who opens it, and one more for each face (such as a shop)
    of either. Without a face the two must be contacts; with one it is enough that they have business with each
    other.

    :raises NotAccepted: if one has blocked the other, or they are not contacts (with a face: have no business with
        each other)
    """
    existing = find_direct_conversation(user_id, peer_id, face)
    if existing is not None:
        return existing
    refused = accounts.find_forbidden_pairs if face is None else accounts.find_forbidden_business_pairs
    if user_id == peer_id or refused({(user_id, peer_id)}):
        raise NotAccepted
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(
                kind=ConversationKind.DIRECT,
                direct_key=build_direct_key(user_id, peer_id, face),
                face=face,
                created_at=now,
                changed=change_cursor.current_stamp(),
            )
            _make_members(conversation, sorted((user_id, peer_id)), from_seq=1)
    except IntegrityError:  # The other person opened it at the same moment.
        opened = find_direct_conversation(user_id, peer_id, face)
        assert opened is not None
        return opened
    return conversation


def open_direct_conversation_by_public_id(user_id: int, peer: UUID, *, now: datetime) -> Conversation:
    """
    Return the direct conversation with the person of this public id, creating it if there is none.

    An unknown id and a person who is not a contact raise the same error, so that ids cannot be probed.

    :raises NotAccepted: if they are not contacts, one has blocked the other, or there is no such person
    """
    try:
        peer_id = accounts.get_user_by_public_id(peer).pk
    except PersonNotFound:
        raise NotAccepted from None
    return open_direct_conversation(user_id=user_id, peer_id=peer_id, now=now)


def create_group(*, owner_id: int, title: str, member_ids: Sequence[int], now: datetime) -> Conversation:
    """Create a group conversation; ``owner_id`` becomes its admin."""
    with transaction.atomic():
        conversation = Conversation.objects.create(
            kind=ConversationKind.GROUP, title=clean_line(title), created_at=now, changed=change_cursor.current_stamp()
        )
        _make_members(conversation, sorted({owner_id, *member_ids}), from_seq=1)
        Member.objects.filter(conversation=conversation, user_id=owner_id).update(role=MemberRole.ADMIN)
    return conversation


def add_member(*, conversation_id: UUID, by_user_id: int, user_id: int, now: datetime) -> None:
    """
    Add a person to a group. They can see messages from now on. Adding a current member changes nothing.

    :raises ConversationNotFound: if the adding person is not a member
    :raises NotAGroup: if it is a direct conversation
    """
    with transaction.atomic():
        conversation, _ = lock_conversation_for_member(conversation_id, by_user_id)
        if conversation.kind != ConversationKind.GROUP:
            raise NotAGroup
        if is_current_member(conversation, user_id):
            return
        _make_members(conversation, [user_id], from_seq=conversation.last_seq + 1)
        _post_event(conversation, "member_joined", actor_id=by_user_id, user_id=user_id, now=now)


def leave_group(*, conversation_id: UUID, user_id: int, now: datetime) -> None:
    """
    Remove a person from a group. They can still read the messages up to now. Leaving twice changes nothing.

    :raises ConversationNotFound: if the person never was a member
    :raises NotAGroup: if it is a direct conversation
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if not has_been_member(conversation, user_id):
            raise ConversationNotFound
        if conversation.kind != ConversationKind.GROUP:
            raise NotAGroup
        if not is_current_member(conversation, user_id):
            return
        _post_event(conversation, "member_left", actor_id=user_id, user_id=user_id, now=now)
        conversation.refresh_from_db()
        member = get_member(conversation, user_id)
        member.until_seq, member.until_rev = conversation.last_seq, conversation.rev
        member.read_seq, member.read_counted, member.own_since = conversation.last_seq, conversation.counted, 0
        member.changed = change_cursor.current_stamp()
        member.rev = user_topic.next_rev(user_id)
        member.save()
        push.membership_changed(user_id, membership_row(member, conversation.public_id))


def _make_members(conversation: Conversation, user_ids: Sequence[int], *, from_seq: int) -> None:
    """Create or renew memberships of these people that start now: older messages do not count as unread."""
    changed = change_cursor.current_stamp()
    revs = user_topic.next_revs(user_ids)
    for user_id in user_ids:
        member, _ = Member.objects.update_or_create(
            conversation=conversation,
            user_id=user_id,
            defaults={
                "from_seq": from_seq,
                "until_seq": None,
                "until_rev": None,
                "read_seq": conversation.last_seq,
                "delivered_seq": conversation.last_seq,
                "read_counted": conversation.counted,
                "own_since": 0,
                "hidden_seq": 0,
                "is_archived": False,
                "is_marked_unread": False,
                "rev": revs[user_id],
                "changed": changed,
            },
        )
        push.membership_changed(user_id, membership_row(member, conversation.public_id))


def _post_event(conversation: Conversation, name: str, *, actor_id: int, user_id: int, now: datetime) -> None:
    """Post a system event about the conversation itself, on behalf of the person who caused it."""
    people = accounts.get_people({actor_id, user_id})
    # The id is derived from the line's position in the log, so that each event has its own.
    line_id = uuid5(conversation.public_id, f"{name}:{conversation.last_seq + 1}")
    entry = NewMessage(
        conversation_id=conversation.public_id,
        sender_id=actor_id,
        sender_public_id=UUID(people[actor_id]["id"]),
        client_id=str(line_id),
        kind=MessageKind.EVENT,
        event={"name": name, "user": people[user_id]["id"]},
    )
    log.append([entry], now=now, checks_acceptance=False)
