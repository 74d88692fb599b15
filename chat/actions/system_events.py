"""Post system events: lines of the conversation itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat.actions.messages import require_posted, validate_client_id
from chat.contracts import NewMessage, PostedMessage
from chat.domain.enums import MessageKind
from chat.writers import log


def post_system_event(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    name: str,
    fields: dict[str, str],
    counts_as_unread: bool,
    idempotency_key: str,
    now: datetime,
    about_seq: int | None = None,
) -> PostedMessage:
    """
    Post a system event of a registered ``name``, once for each ``idempotency_key``.

    ``fields`` fill the registered sentence. ``counts_as_unread`` makes it count in badges of the others. ``about_seq``
    is the message that the event links to.

    :raises ConversationNotFound: if there is none, or the sender is not in it
    :raises ClientIdReused: if the key stands for another content
    :raises ReplyNotFound: if the sender cannot see ``about_seq``
    """
    entry = NewMessage(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=validate_client_id(idempotency_key),
        kind=MessageKind.EVENT,
        event={"name": name, **fields},
        reply_to=about_seq,
        counts_as_unread=counts_as_unread,
    )
    with transaction.atomic():
        return require_posted(log.append([entry], now=now, checks_acceptance=False)[0])
