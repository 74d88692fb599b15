"""Sending of messages that carry more than text, in one transaction with what they carry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from chat.actions.messages import compose_message, post_message
from chat.contracts import PostedMessage
from chat.domain.attachments import Attachment, AttachmentInput, PhotosAttachment, to_column
from chat.domain.extras import MessageExtras
from chat.models import Conversation
from chat.queries.locking import lock_conversation
from chat.queries.message_media import media_reference
from superapp.core.retry_on_deadlock import retry_on_deadlock
from superapp.media import api as media


def send_with_attachment(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    client_id: str,
    body: str,
    attachment: AttachmentInput,
    reply_to: int | None = None,
    connection_number: int = 0,
    now: datetime,
) -> PostedMessage:
    """
    Post a message with an attachment. A retry returns the first message and does nothing else.

    :raises MediaNotFound, MediaNotReady, MediaInUse: if a photo is not the sender's, not ready, or shown elsewhere
    :raises DomainError: those of ``compose_message`` and ``post_message``
    """
    draft = compose_message(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=client_id,
        body=body,
        reply_to=reply_to,
        extras=MessageExtras(attachment={}),
        connection_number=connection_number,
    )

    def send() -> PostedMessage:
        with transaction.atomic():
            # Before the media, in the order in which a recall takes both.
            conversation = lock_conversation(conversation_id)
            attached = _attach(attachment, conversation, sender_id=sender_id, client_id=client_id)
            extras = MessageExtras(attachment=to_column(attached))
            return post_message(msgspec.structs.replace(draft, extras=extras), now=now)

    return retry_on_deadlock(send)


def _attach(attachment: AttachmentInput, conversation: Conversation, *, sender_id: int, client_id: str) -> Attachment:
    reference = media_reference(conversation.pk, sender_id=sender_id, client_id=client_id)
    return PhotosAttachment(media.take_photos(owner_id=sender_id, media=attachment.media, reference=reference))
