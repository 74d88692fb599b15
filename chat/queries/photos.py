"""Queries for the photos of a conversation."""

from __future__ import annotations

from uuid import UUID

from chat.contracts import PhotosPage
from chat.models import Member, Message
from chat.queries.history import list_people
from chat.queries.members import fetch_membership
from chat.queries.messages import visible_messages
from chat.queries.row_builders import message_row

MESSAGES_PER_PAGE = 30


def fetch_photos_page(
    conversation_id: UUID,
    user_id: int,
    *,
    before_seq: int | None = None,
    after_seq: int | None = None,
    limit: int | None = None,
) -> PhotosPage:
    """
    Fetch the nearest messages with photos before ``before_seq`` or after ``after_seq``, the nearest first.

    Without either they are the newest of all; of both, only ``after_seq`` counts.

    :raises ConversationNotFound: if there is no such conversation, or the person never was a member
    """
    limit = limit or MESSAGES_PER_PAGE
    member = fetch_membership(conversation_id, user_id)
    found = list_messages_with_photos(member, before_seq=before_seq, after_seq=after_seq, limit=limit + 1)
    shown = found[:limit]
    # Who sent them may have left, and be in no list of members.
    return PhotosPage(
        rows=[message_row(message) for message in shown],
        more=len(found) > limit,
        people=list_people(shown, ()),
    )


def list_messages_with_photos(
    member: Member, *, before_seq: int | None, after_seq: int | None, limit: int
) -> list[Message]:
    """List up to ``limit`` messages with photos before or after a place, the nearest first."""
    page = visible_messages(member.conversation_id, member).filter(
        # Its index has messages with extras alone.
        extras__isnull=False,
        extras__attachment__type="photos",
    )
    if after_seq is not None:
        return list(page.filter(seq__gt=after_seq).order_by("seq")[:limit])
    if before_seq is not None:
        page = page.filter(seq__lt=before_seq)
    return list(page.order_by("-seq")[:limit])
