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
    """A group in a list to choose from: how many ``others`` are in it, and its ``face``, as if it were a person."""

    reference: str
    others: int
    face: PersonRow

    @property
    def key(self) -> str:
        """The part of the reference behind its prefix, by which it is found in the address of a page."""
        return self.reference.partition(":")[2]


class GroupSource(Protocol):
    """The source of the groups of one prefix."""

    def find_group(self, reference: str, user_id: int) -> Group | None:
        """Return a group for one of its present members, or None for anybody else."""
        ...

    def list_groups(self, user_id: int) -> list[GroupChoice]:
        """List a person's groups in which they may post and are not alone, the latest changed first."""
        ...


# The prefix of the groups to which pages lead.
CONVERSATION = "chat.conversation"

_sources: dict[str, GroupSource] = {}


def register_group_source(prefix: str, source: GroupSource) -> None:
    """
    Register the source of the groups whose references begin with ``prefix:``.

    :raises ValueError: if another one is registered for the prefix
    """
    if _sources.setdefault(prefix, source) is not source:
        raise ValueError(f"two sources of groups are called {prefix}")


def find_group(reference: str, user_id: int) -> Group | None:
    """Return a group for one of its present members, or None for anybody else."""
    source = _sources.get(reference.partition(":")[0])
    return None if source is None else source.find_group(reference, user_id)


def list_groups(user_id: int) -> list[GroupChoice]:
    """List the groups of all sources in which a person may split a bill."""
    return [group for source in _sources.values() for group in source.list_groups(user_id)]
