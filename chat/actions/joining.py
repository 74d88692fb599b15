"""Opening conversations, coming and going. Every change of membership takes the conversation's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from chat import frames, log, push, queries
from chat.errors import ConversationNotFound, NotAccepted, NotAGroup
from chat.log_entries import Entry
from chat.models import Conversation, Face, Member, Message
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core import changes
from superapp.core.text_cleaning import clean_line
from superapp.realtime import me


def open_direct(*, user_id: int, peer_id: int, now: datetime, face: Face | None = None) -> Conversation:
    """
    The conversation of two contacts, opened if there was none. It stays one, however often and by whomever it is
    opened. With a face of one of them it is another one, which that one holds as something else, such as a shop; for
    that it is enough to have business together.

    :raises NotAccepted: if they are no contacts, nor have business where there is a face, or one has blocked the other
    """
    existing = queries.direct_conversation(user_id, peer_id, face)
    if existing is not None:
        return existing
    refused = accounts.refused_pairs if face is None else accounts.refused_business_pairs
    if user_id == peer_id or refused({(user_id, peer_id)}):
        raise NotAccepted
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(
                kind=Conversation.Kind.DIRECT,
                direct_key=queries.direct_key(user_id, peer_id, face),
                face=face,
                created_at=now,
                changed=changes.stamp(),
            )
            _enter(conversation, sorted((user_id, peer_id)), from_seq=1)
    except IntegrityError:  # The other one opened it in this very moment.
        opened = queries.direct_conversation(user_id, peer_id, face)
        assert opened is not None
        return opened
    return conversation


def open_direct_with(user_id: int, peer: UUID, *, now: datetime) -> Conversation:
    """
    The same, of somebody known by their public id. Nobody of that id, and nobody who accepted, are one answer.

    :raises NotAccepted: if they are no contacts, one has blocked the other, or there is no such person
    """
    try:
        peer_id = accounts.user_by_public_id(peer).pk
    except PersonNotFound:
        raise NotAccepted from None
    return open_direct(user_id=user_id, peer_id=peer_id, now=now)


def open_group(*, owner_id: int, title: str, member_ids: Sequence[int], now: datetime) -> Conversation:
    """A conversation of several, with its owner as admin."""
    with transaction.atomic():
        conversation = Conversation.objects.create(
            kind=Conversation.Kind.GROUP, title=clean_line(title), created_at=now, changed=changes.stamp()
        )
        _enter(conversation, sorted({owner_id, *member_ids}), from_seq=1)
        Member.objects.filter(conversation=conversation, user_id=owner_id).update(role=Member.Role.ADMIN)
    return conversation


def add_member(*, conversation_id: UUID, by_user_id: int, user_id: int, now: datetime) -> None:
    """
    Let another person in. They see what is said from now on. Adding who is in already changes nothing.

    :raises ConversationNotFound: if who adds is not in it
    :raises NotAGroup: if it is a conversation of two
    """
    with transaction.atomic():
        conversation, _ = queries.lock_for_member(conversation_id, by_user_id)
        if conversation.kind != Conversation.Kind.GROUP:
            raise NotAGroup
        if queries.is_present(conversation, user_id):
            return
        _enter(conversation, [user_id], from_seq=conversation.last_seq + 1)
        _say(conversation, "member_joined", actor_id=by_user_id, user_id=user_id, now=now)


def leave(*, conversation_id: UUID, user_id: int, now: datetime) -> None:
    """
    Go. What was said until now stays readable; nothing later reaches the one who left. Leaving twice is leaving once.

    :raises ConversationNotFound: if the person never was in it
    :raises NotAGroup: if it is a conversation of two
    """
    with transaction.atomic():
        conversation = queries.lock_conversation(conversation_id)
        if not queries.was_ever_in(conversation, user_id):
            raise ConversationNotFound
        if conversation.kind != Conversation.Kind.GROUP:
            raise NotAGroup
        if not queries.is_present(conversation, user_id):
            return
        _say(conversation, "member_left", actor_id=user_id, user_id=user_id, now=now)
        conversation.refresh_from_db()
        member = queries.side(conversation, user_id)
        member.until_seq, member.until_rev = conversation.last_seq, conversation.rev
        member.read_seq, member.read_counted, member.own_since = conversation.last_seq, conversation.counted, 0
        member.changed = changes.stamp()
        member.rev = me.next_rev(user_id)
        member.save()
        push.membership_changed(user_id, frames.membership_row(member, conversation.public_id))


def _enter(conversation: Conversation, user_ids: Sequence[int], *, from_seq: int) -> None:
    """Make these people members; whoever comes back starts anew. Joining starts at now: nothing before it is unread."""
    changed = changes.stamp()
    revs = me.next_revs(user_ids)
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
                "rev": revs[user_id],
                "changed": changed,
            },
        )
        push.membership_changed(user_id, frames.membership_row(member, conversation.public_id))


def _say(conversation: Conversation, name: str, *, actor_id: int, user_id: int, now: datetime) -> None:
    """Write a line of the conversation itself, by whoever caused it."""
    people = accounts.people({actor_id, user_id})
    # Its own number: the line belongs to this very place in the log.
    line_id = uuid5(conversation.public_id, f"{name}:{conversation.last_seq + 1}")
    entry = Entry(
        conversation_id=conversation.public_id,
        sender_id=actor_id,
        sender_public_id=UUID(people[actor_id]["id"]),
        client_id=str(line_id),
        kind=Message.Kind.EVENT,
        event={"name": name, "user": people[user_id]["id"]},
    )
    log.append([entry], now=now, asks_leave=False)
