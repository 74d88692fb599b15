"""Garbage collection in processes that serve."""

from __future__ import annotations

import gc

# Python's own 700 are reached several times in one request.
THRESHOLD_OBJECTS = 10_000


def collect_rarely() -> None:
    """
    Keep what is loaded by now out of every collection, and collect after more new objects than Python would.

    Call it once everything is loaded. Most objects are freed by their reference counts; scanning what the process has
    loaded, again and again, finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD_OBJECTS, *gc.get_threshold()[1:])
