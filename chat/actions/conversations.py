"""Opening conversations: of two people, and the notes of one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from chat.actions.memberships import begin_memberships
from chat.domain.enums import ConversationKind
from chat.errors import NotAccepted
from chat.models import Conversation, Face
from chat.queries.conversations import build_direct_key, find_by_key, find_direct_conversation
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core import change_cursor


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
            begin_memberships(conversation, sorted((user_id, peer_id)), from_seq=1)
    except IntegrityError:  # The other person opened it at the same moment.
        opened = find_direct_conversation(user_id, peer_id, face)
        assert opened is not None
        return opened
    return conversation


def open_direct_conversation_by_public_id(user_id: int, peer: UUID, *, now: datetime) -> Conversation:
    """
    Return the direct conversation with the person of this public id, creating it if there is none.

    With oneself, that is one's notes.

    An unknown id and a person who is not a contact raise the same error, so that ids cannot be probed.

    :raises NotAccepted: if they are not contacts, one has blocked the other, or there is no such person
    """
    try:
        peer_id = accounts.get_user_by_public_id(peer).pk
    except PersonNotFound:
        raise NotAccepted from None
    if peer_id == user_id:
        return open_notes(user_id=user_id, now=now)
    return open_direct_conversation(user_id=user_id, peer_id=peer_id, now=now)


def open_notes(*, user_id: int, now: datetime) -> Conversation:
    """Return a person's notes to themselves, creating them on first use."""
    key = f"self:{user_id}"
    existing = find_by_key(key)
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(
                kind=ConversationKind.SELF,
                direct_key=key,
                created_at=now,
                changed=change_cursor.current_stamp(),
            )
            begin_memberships(conversation, [user_id], from_seq=1)
    except IntegrityError:  # Another device opened them at the same moment.
        opened = find_by_key(key)
        assert opened is not None
        return opened
    return conversation
