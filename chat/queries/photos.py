"""Queries for the photos of a conversation."""

from __future__ import annotations

from chat.models import Member, Message
from chat.queries.messages import visible_messages


def list_messages_with_photos(member: Member, *, before_seq: int | None, limit: int) -> list[Message]:
    """List the newest ``limit`` messages with photos before ``before_seq`` (None: all), the newest first."""
    page = visible_messages(member.conversation_id, member).filter(
        # Its index has messages with extras alone.
        extras__isnull=False,
        extras__attachment__type="photos",
    )
    if before_seq is not None:
        page = page.filter(seq__lt=before_seq)
    return list(page.order_by("-seq")[:limit])
