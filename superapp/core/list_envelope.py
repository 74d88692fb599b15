"""
The envelope of lists that must not be mistaken for complete (orders, shipments, payments).

An empty list is shown as empty only if it is ``known`` and ``complete`` and its ``expected_count``, which is kept
in the same transactions as the rows, is 0. A list that could not be read is not shown as empty.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

Item = TypeVar("Item")


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one data source of a list: ``ok``, ``stale`` since ``as_of``, or ``unknown``."""

    state: Literal["ok", "stale", "unknown"]
    as_of: str | None = None


class ListEnvelope(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """
    A list with information about how complete and how recent it is.

    ``known``: it was read at all; ``complete``: no item is missing, on this page or after ``next``. ``as_of`` is
    when it was read, from ``source``: ``live``, or ``device`` where a client shows what it stored.
    """

    known: bool
    complete: bool
    as_of: str
    source: Literal["live", "replica", "snapshot", "device"]
    expected_count: int | None
    items: list[Item]
    # The rev of the list's topic, after which changes are requested.
    rev: int | None = None
    next: str | None = None
    parts: dict[str, SourceState] = {}

    @property
    def is_proven_empty(self) -> bool:
        """True if the list is known to be complete and has no items."""
        return self.known and self.complete and self.expected_count == 0 and not self.items
