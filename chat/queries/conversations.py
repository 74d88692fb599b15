"""Queries for direct conversations."""

from __future__ import annotations

from chat.models import Conversation, Face


def build_direct_key(user_id: int, peer_id: int, face: Face | None = None) -> str:
    """Return the unique key of the direct conversation of two people, or of theirs under a face."""
    pair = f"{min(user_id, peer_id)}:{max(user_id, peer_id)}"
    return pair if face is None else f"{pair}:{face.pk}"


def find_direct_conversation(user_id: int, peer_id: int, face: Face | None = None) -> Conversation | None:
    """
    Return the direct conversation of two people (with a face: the one under it), or None. No permission is checked.
    """
    return find_by_key(build_direct_key(user_id, peer_id, face))


def find_by_key(direct_key: str) -> Conversation | None:
    """Return the conversation that has this unique key, or None. No permission is checked."""
    return Conversation.objects.filter(direct_key=direct_key).first()
