"""The periodic task that builds indexes: after an update, and after a change of how texts become tokens."""

from __future__ import annotations

from datetime import datetime

from superapp.core import scheduler
from superapp.search.actions.indexing import continue_building
from superapp.search.queries.collections import collections

# Other tasks have their turn in between.
STEPS_MAX = 5


@scheduler.every(seconds=1)
def build_indexes(now: datetime) -> int:
    """Index the next rows of every collection that is not indexed yet, and return how many."""
    return sum(_build(name, now) for name in collections)


def _build(name: str, now: datetime) -> int:
    count = 0
    for _step in range(STEPS_MAX):
        done = continue_building(name, now=now)
        if not done:
            break
        count += done
    return count
