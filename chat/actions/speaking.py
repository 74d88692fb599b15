"""What the product itself says in a conversation: cards that live, and lines. Who tells it stands behind the wiring."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chat import log, push, queries
from chat.actions.sending import client_id_of, posted
from chat.cards import VERSION
from chat.log_entries import Entry, Posted
from chat.models import Message
from superapp.core import changes


def post_card(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    card_type: str,
    card: dict[str, Any],
    idempotency_key: str,
    now: datetime,
) -> Posted:
    """
    Post a card that another part of the product shows through the registry; once for each key.

    :raises ConversationNotFound, ClientIdReused: as for a message
    """
    entry = Entry(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=client_id_of(idempotency_key),
        kind=Message.Kind.CARD,
        card_type=card_type,
        card=card,
    )
    with transaction.atomic():
        return posted(log.append([entry], now=now, asks_leave=False)[0])


def change_card(*, conversation_id: UUID, sender_id: int, idempotency_key: str, card: dict[str, Any]) -> bool:
    """
    Let a card say something newer, where it stands; answers whether it did.

    A card has a ``version``, and only a higher one takes its place: what comes twice or late changes nothing.

    :raises ConversationNotFound: if there is none
    :raises MessageNotFound: if no card was posted under this key
    """
    with transaction.atomic():
        conversation = queries.lock_conversation(conversation_id)
        message = queries.card_of(conversation, sender_id=sender_id, client_id=idempotency_key)
        if message.card is None or message.card.get(VERSION, 0) >= card[VERSION]:
            return False
        conversation.rev += 1
        conversation.changed = changes.stamp()
        conversation.save(update_fields=["rev", "changed"])
        message.card, message.rev = card, conversation.rev
        message.save(update_fields=["card", "rev"])
        push.message_changed(
            conversation_id, queries.message_afresh(message.pk), to_user_ids=queries.audience_of(message)
        )
    return True


def card_seq(*, conversation_id: UUID, sender_id: int, idempotency_key: str) -> int:
    """
    Return where a card stands that was posted under this key.

    :raises MessageNotFound: if there is none
    """
    return queries.seq_of_card(conversation_id, sender_id=sender_id, client_id=idempotency_key)


def post_line(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    line: str,
    fields: dict[str, str],
    is_news: bool,
    idempotency_key: str,
    now: datetime,
    about_seq: int | None = None,
) -> Posted:
    """
    Say one line, of a kind that was registered; once for each key. As news it counts as unread to the others.

    ``about_seq`` is the message that the line speaks of, to which it leads.

    :raises ConversationNotFound, ClientIdReused, ReplyNotFound: as for a message
    """
    entry = Entry(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=client_id_of(idempotency_key),
        kind=Message.Kind.EVENT,
        event={"name": line, **fields},
        reply_to=about_seq,
        is_news=is_news,
    )
    with transaction.atomic():
        return posted(log.append([entry], now=now, asks_leave=False)[0])
