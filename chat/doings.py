"""What else one can do with somebody: another part of the product offers it at the head of a conversation of two."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A link at the head of a conversation; the other's public id goes at the end of its ``address``."""

    name: str
    word: str | Promise
    icon: str
    address: str


_doings: dict[str, Doing] = {}


def register(doing: Doing) -> None:
    """Offer it wherever two talk."""
    if _doings.setdefault(doing.name, doing) is not doing:
        raise ValueError(f"two doings are called {doing.name}")


def doings() -> list[Doing]:
    """All that is offered, in the order in which it was registered."""
    return list(_doings.values())
