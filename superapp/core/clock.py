"""The clock: the only module that reads the current time."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def now() -> datetime:
    """Return the current time in UTC. Entry points call it; all other code takes the time as an argument."""
    return datetime.now(UTC)


# Cached: all messages of a batch have the same time, and each is sent to several people.
@lru_cache(maxsize=64)
def to_wire(moment: datetime) -> str:
    """Format a moment as RFC 3339 in UTC with milliseconds, as on all of our wires."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
