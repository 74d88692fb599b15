"""
Registry of references that are somebody's own, such as their shop's, so that they decide nothing about its money.

Payments knows only opaque references; each product says in ``superapp.wiring`` which ones are a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

# User id → the references whose money is this person's.
OwnReferences = Callable[[int], Collection[str]]
_finders: dict[str, OwnReferences] = {}


def register_own_references(prefix: str, finder: OwnReferences) -> None:
    """
    Register who owns the references that begin with ``prefix:``.

    :raises ValueError: if another finder is registered for the prefix
    """
    if _finders.setdefault(prefix, finder) is not finder:
        raise ValueError(f"two finders say whose {prefix} is")


def list_own_references(user_id: int) -> set[str]:
    return {reference for finder in _finders.values() for reference in finder(user_id)}
