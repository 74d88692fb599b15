"""
The envelope of lists that must not be mistaken for complete (orders, shipments, payments).

An empty list is shown as empty only when it is ``known``, ``complete`` and ``expected_count`` is 0: a count that was
kept in the same transactions as the rows. What could not be read is no empty list.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

Item = TypeVar("Item")


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """State of one data source of a list: ``ok``, ``stale`` since ``as_of``, or ``unknown``."""

    state: Literal["ok", "stale", "unknown"]
    as_of: str | None = None


class ListEnvelope(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """
    A list that says what it is worth.

    ``known``: it was read at all; ``complete``: nothing that belongs in it is missing, on this page or after ``next``.
    ``as_of`` is when it was read, from ``source``: ``live``, or ``device`` where a client shows what it kept.
    """

    known: bool
    complete: bool
    as_of: str
    source: Literal["live", "replica", "snapshot", "device"]
    expected_count: int | None
    items: list[Item]
    # Of the list's topic: from here on changes are asked for.
    rev: int | None = None
    next: str | None = None
    parts: dict[str, SourceState] = {}

    @property
    def is_proven_empty(self) -> bool:
        """Return whether the list is known to be complete and has no rows."""
        return self.known and self.complete and self.expected_count == 0 and not self.items
