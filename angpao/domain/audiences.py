"""
Registry of audiences: the people for whom an angpao is meant, known by an opaque reference (``chat.conversation:…``).

``superapp.wiring`` registers where they come from, since angpao knows nothing of conversations.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from superapp.accounts.api import PersonRow


@dataclass(frozen=True, slots=True)
class Audience:
    """
    The audience as a member sees it: its name, and how many ``others`` in it may open an angpao of theirs.

    ``face`` is the other person, or a group as if it were one: its id, name and picture. ``address`` leads back to it.
    """

    reference: str
    name: str
    others: int
    is_group: bool
    address: str
    face: PersonRow

    @property
    def key(self) -> str:
        """The part of the reference behind its prefix, by which it is found in the address of a page."""
        return self.reference.partition(":")[2]


class AudienceSource(Protocol):
    """The source of the audiences of one prefix."""

    def find(self, reference: str, user_id: int) -> Audience | None:
        """Return the audience for one of its present members, or None for anybody else."""
        ...

    def filter_members(self, reference: str, user_ids: Collection[int]) -> set[int]:
        """Return those of these people who are members at present, in one query."""
        ...

    def find_person(self, user_id: int, peer: UUID) -> Audience | None:
        """Return the audience of a person and another one, by the public id of the latter, or None."""
        ...

    def list_audiences(self, user_id: int) -> list[Audience]:
        """List the audiences that a person talked to last, newest first, at most a page of them."""
        ...


# The prefix of the audiences to which pages send.
CONVERSATION = "chat.conversation"

_sources: dict[str, AudienceSource] = {}


def register_audience_source(prefix: str, source: AudienceSource) -> None:
    """
    Register the source of the audiences whose references begin with ``prefix:``.

    :raises ValueError: if another one is registered for the prefix
    """
    if _sources.setdefault(prefix, source) is not source:
        raise ValueError(f"two sources of audiences are called {prefix}")


def find_audience(reference: str, user_id: int) -> Audience | None:
    """Return an audience for one of its present members, or None for anybody else."""
    source = _sources.get(reference.partition(":")[0])
    return None if source is None else source.find(reference, user_id)


def find_person(user_id: int, peer: UUID) -> Audience | None:
    """Return the audience of a person and another one, or None if they have none."""
    return next((found for source in _sources.values() if (found := source.find_person(user_id, peer))), None)


def filter_members(reference: str, user_ids: Collection[int]) -> set[int]:
    """Return those of these people who are in the audience at present."""
    source = _sources.get(reference.partition(":")[0])
    return set() if source is None else source.filter_members(reference, user_ids)


def list_audiences(user_id: int) -> list[Audience]:
    """List the audiences to which a person may send an angpao, those of each source newest first."""
    return [audience for source in _sources.values() for audience in source.list_audiences(user_id)]
