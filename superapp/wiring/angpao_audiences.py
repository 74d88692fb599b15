"""Conversations as audiences of angpao: the other person, or the members of a group."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from angpao import api as angpao
from angpao.api import Audience
from chat import api as chat
from chat.errors import ConversationNotFound
from superapp.core import ids

PREFIX = "chat.conversation"


def register() -> None:
    """Register conversations as audiences."""
    angpao.register_audience_source(PREFIX, _Conversations())


def conversation_of(reference: str) -> UUID | None:
    """Return the conversation of a reference, or None if it is of something else."""
    prefix, _colon, written = reference.partition(":")
    return ids.parse_id(written) if prefix == PREFIX else None


class _Conversations:
    """Conversations as the source of audiences."""

    def find(self, reference: str, user_id: int) -> Audience | None:
        """Return the conversation as an audience for one of its members, or None."""
        conversation = conversation_of(reference)
        if conversation is None:
            return None
        try:
            roster = chat.fetch_roster(conversation, user_id)
        except ConversationNotFound:
            return None
        return Audience(
            reference=reference,
            name=roster.title,
            others=roster.others,
            is_group=roster.is_group,
            address=f"/obrolan/{conversation}/",
        )

    def filter_members(self, reference: str, user_ids: Collection[int]) -> set[int]:
        """Return those of these people who are members of the conversation now."""
        conversation = conversation_of(reference)
        return set() if conversation is None else chat.filter_current_members(conversation, user_ids)
