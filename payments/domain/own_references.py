"""
Registry of the merchant references that each person owns, so that operators decide nothing about their own shops.

Payments knows references as opaque text; products register in ``superapp.wiring`` who owns which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

# Returns the merchant references that the user with this id owns.
OwnReferences = Callable[[int], Collection[str]]
_finders: dict[str, OwnReferences] = {}


def register_own_references(prefix: str, finder: OwnReferences) -> None:
    """
    Register the function that lists a user's references that begin with ``prefix:``.

    :raises ValueError: if another finder is registered for the prefix
    """
    if _finders.setdefault(prefix, finder) is not finder:
        raise ValueError(f"{prefix} has a finder already")


def list_own_references(user_id: int) -> set[str]:
    """Return all merchant references that a user owns."""
    return {reference for finder in _finders.values() for reference in finder(user_id)}
