"""Registry of groups in which bills are split, known by an opaque reference; ``superapp.wiring`` fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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


GroupFinder = Callable[[str, int], Group | None]
_finders: list[GroupFinder] = []


def register_group_finder(finder: GroupFinder) -> None:
    """
    Register the function that returns a group by its reference for one of its members, and None for anybody else.

    Idempotent.
    """
    if finder not in _finders:
        _finders.append(finder)


def find_group(reference: str, user_id: int) -> Group | None:
    """Return a group for one of its present members, or None for anybody else."""
    return next((found for finder in _finders if (found := finder(reference, user_id))), None)
