"""The time, asked for in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def now() -> datetime:
    """The present moment in UTC. Edges ask; everything inside takes it as an argument."""
    return datetime.now(UTC)


# All messages of a batch stand at one moment, and each is told to several.
@lru_cache(maxsize=64)
def to_wire(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as on every wire of ours."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
