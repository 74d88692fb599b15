"""Post system events, such as "order shipped": messages that the product writes into a conversation, not a person."""

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
    Post a system event of a registered ``name``.

    ``fields`` fill the registered sentence. With ``counts_as_unread`` it counts in the unread badges of the other
    members. ``about_seq`` is the message that the event links to. A repeated call with the same ``idempotency_key``
    returns the first event.

    :raises ConversationNotFound: if there is no such conversation, or the sender is not a member
    :raises ClientIdReused: if the key was used for other content
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
        return require_posted(log.append([entry], now=now, checks_permission=False)[0])
