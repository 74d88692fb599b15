"""Registry of groups in which bills are split, known by an opaque reference; ``superapp.wiring`` fills it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from superapp.accounts.api import PersonRow


@dataclass(frozen=True, slots=True)
class Group:
    """
    A group as one of its members sees it: its name, the ids of the other members, and the URL of its page.

    ``may_write`` is whether this member may post in it.
    """

    name: str
    other_ids: tuple[int, ...]
    address: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """
    A group in a list to choose from: how many ``others`` are in it, and its ``face``, as if it were a person.

    ``key`` is the part of its reference by which it is found in the address of a page.
    """

    key: str
    others: int
    face: PersonRow


class GroupSource(Protocol):
    """The source of groups, each of which has a reference."""

    def find_group(self, reference: str, user_id: int) -> Group | None:
        """Return a group for one of its present members, or None for anybody else."""
        ...

    def list_groups(self, user_id: int) -> list[GroupChoice]:
        """List a person's groups in which they may post and are not alone, the latest changed first."""
        ...


_sources: list[GroupSource] = []


def register_group_source(source: GroupSource) -> None:
    """Register a source of groups. Idempotent."""
    if source not in _sources:
        _sources.append(source)


def find_group(reference: str, user_id: int) -> Group | None:
    """Return a group for one of its present members, or None for anybody else."""
    return next((found for source in _sources if (found := source.find_group(reference, user_id))), None)


def list_groups(user_id: int) -> list[GroupChoice]:
    """List the groups of all sources in which a person may split a bill."""
    return [group for source in _sources for group in source.list_groups(user_id)]
