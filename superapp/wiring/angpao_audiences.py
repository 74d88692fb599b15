"""Conversations as audiences of angpao: the other person, or the members of a group."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from angpao import api as angpao
from angpao.api import Audience
from chat import api as chat
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.wiring.conversation_references import PREFIX, conversation_of, find_roster, group_face


def register() -> None:
    """Register conversations as audiences."""
    angpao.register_audience_source(PREFIX, _Conversations())


class _Conversations:
    """Conversations as the source of audiences."""

    def find(self, reference: str, user_id: int) -> Audience | None:
        """Return the conversation as an audience for one of its members, or None."""
        found = find_roster(reference, user_id)
        if found is None:
            return None
        conversation, roster = found
        return Audience(
            reference=reference,
            name=roster.title,
            # Who may not write sends no message in an envelope either.
            others=roster.others if roster.may_write else 0,
            is_group=roster.is_group,
            address=f"/obrolan/{conversation}/",
            face=roster.person or group_face(conversation, roster),
        )

    def filter_members(self, reference: str, user_ids: Collection[int]) -> set[int]:
        """Return those of these people who are members of the conversation now."""
        conversation = conversation_of(reference)
        return set() if conversation is None else chat.filter_current_members(conversation, user_ids)

    def find_person(self, user_id: int, peer: UUID) -> Audience | None:
        """Return the conversation of two people as an audience, or None if they have none."""
        try:
            peer_id = accounts.get_user_by_public_id(peer).pk
        except PersonNotFound:
            return None
        conversation = chat.find_direct_conversation(user_id, peer_id)
        return None if conversation is None else self.find(f"{PREFIX}:{conversation.public_id}", user_id)

    def list_audiences(self, user_id: int) -> list[Audience]:
        """List the newest conversations of a person with contacts, and their groups."""
        found = []
        for row in chat.list_summaries(user_id, is_archived=False).rows:
            audience = self.find(f"{PREFIX}:{row.id}", user_id)
            if audience is not None and audience.others:
                found.append(audience)
        return found
