"""Posting cards, and updating posted cards in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chat import push
from chat.actions.messages import require_posted, validate_client_id
from chat.contracts import NewMessage, PostedMessage
from chat.domain.card_types import VERSION_FIELD
from chat.domain.enums import MessageKind
from chat.queries.locking import lock_conversation
from chat.queries.messages import fetch_card, list_recipients_of_message, reload_message
from chat.queries.row_builders import message_row
from chat.writers import log
from superapp.core import change_cursor


def post_card(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    card_type: str,
    card: dict[str, Any],
    idempotency_key: str,
    now: datetime,
) -> PostedMessage:
    """
    Post a card of a registered type.

    No check of contacts or blocks is made. A repeated call with the same ``idempotency_key`` returns the first
    card.

    :raises ConversationNotFound: if there is no such conversation, or the sender is not a member
    :raises ClientIdReused: if the key was used for other content
    """
    entry = NewMessage(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=validate_client_id(idempotency_key),
        kind=MessageKind.CARD,
        card_type=card_type,
        card=card,
    )
    with transaction.atomic():
        return require_posted(log.append([entry], now=now, checks_permission=False)[0])


def update_card(*, conversation_id: UUID, sender_id: int, idempotency_key: str, card: dict[str, Any]) -> bool:
    """
    Replace the content of a posted card, and return whether it was replaced.

    ``card["version"]`` must be higher than the stored version: a repeated or late call changes nothing.

    :raises ConversationNotFound: if there is no such conversation
    :raises MessageNotFound: if no card was posted under this key
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        message = fetch_card(conversation, sender_id=sender_id, client_id=idempotency_key)
        if message.card is None or message.card.get(VERSION_FIELD, 0) >= card[VERSION_FIELD]:
            return False
        conversation.rev += 1
        conversation.changed = change_cursor.current_stamp()
        conversation.save(update_fields=["rev", "changed"])
        message.card, message.rev = card, conversation.rev
        message.save(update_fields=["card", "rev"])
        push.message_changed(
            conversation_id, message_row(reload_message(message.pk)), to_user_ids=list_recipients_of_message(message)
        )
    return True
