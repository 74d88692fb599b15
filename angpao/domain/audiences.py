"""
Registry of audiences: the people for whom an angpao is meant, known by an opaque reference (``chat.conversation:…``).

``superapp.wiring`` registers where they come from, since angpao knows nothing of conversations.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Audience:
    """The audience as a member sees it: its name, and how many ``others`` are in it beside them."""

    reference: str
    name: str
    others: int
    is_group: bool
    address: str


class AudienceSource(Protocol):
    """The source of the audiences of one prefix."""

    def find(self, reference: str, user_id: int) -> Audience | None:
        """Return the audience for one of its present members, or None for anybody else."""
        ...

    def filter_members(self, reference: str, user_ids: Collection[int]) -> set[int]:
        """Return those of these people who are members at present, in one query."""
        ...


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


def filter_members(reference: str, user_ids: Collection[int]) -> set[int]:
    """Return those of these people who are in the audience at present."""
    source = _sources.get(reference.partition(":")[0])
    return set() if source is None else source.filter_members(reference, user_ids)
