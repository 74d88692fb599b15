"""
Registry of who owns the money of a reference, so that operators decide nothing about their own shops and orders.

Payments knows references as opaque text; products register in ``superapp.wiring`` whose they are.
"""

from __future__ import annotations

from collections.abc import Callable

# Returns the ids of the users who own the money of a reference or may be paid from it; an empty set if it is unknown.
OwnerFinder = Callable[[str], set[int]]
_finders: dict[str, OwnerFinder] = {}


def register_owner_finder(prefix: str, finder: OwnerFinder) -> None:
    """
    Register the function that finds the owners of a reference that begins with ``prefix:``.

    :raises ValueError: if another finder is registered for the prefix
    """
    if _finders.setdefault(prefix, finder) is not finder:
        raise ValueError(f"{prefix} has a finder already")


def find_owners(reference: str) -> set[int]:
    """Return the ids of the users who own the money of a reference."""
    finder = _finders.get(reference.partition(":")[0])
    return set() if finder is None else finder(reference)
