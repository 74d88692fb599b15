"""Conversations by the references under which apps of money keep them."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from chat import api as chat
from chat.api import Roster
from chat.errors import ConversationNotFound
from superapp.accounts.api import PersonRow
from superapp.core import ids

PREFIX = "chat.conversation"


def conversation_of(reference: str) -> UUID | None:
    """Return the conversation of a reference, or None if it is of something else."""
    prefix, _colon, written = reference.partition(":")
    return ids.parse_id(written) if prefix == PREFIX else None


def find_roster(reference: str, user_id: int) -> tuple[UUID, Roster] | None:
    """Return the conversation of a reference with its roster for one of its members, or None for an outsider."""
    conversation = conversation_of(reference)
    if conversation is None:
        return None
    try:
        return conversation, chat.fetch_roster(conversation, user_id)
    except ConversationNotFound:
        return None


def group_face(conversation: UUID, roster: Roster) -> PersonRow:
    """Return a group as a person is shown: its name and picture, and the id that gives it a colour."""
    files = {"media": roster.picture, "file": "small.webp"}
    avatar = None if roster.picture is None else reverse("media:file", kwargs=files)
    return {"id": str(conversation), "name": roster.title, "handle": None, "avatar": avatar}
