"""Periodic tasks that build indexes, after an update or a change of how texts become tokens, and tidy vocabularies."""

from __future__ import annotations

from datetime import datetime

from superapp.core import scheduler
from superapp.search.actions.indexing import continue_building
from superapp.search.actions.vocabulary import forget_words
from superapp.search.queries.collections import collections

# Other tasks have their turn in between.
STEPS_MAX = 5


@scheduler.every(seconds=1)
def build_indexes(now: datetime) -> int:
    """Index the next rows of every collection that is not indexed yet, and return how many."""
    return scheduler.run_each(collections, lambda name: _build(name, now))


@scheduler.every(seconds=60)
def tidy_vocabularies(_now: datetime) -> int:
    """Delete words that no document has any more, and return how many. A vocabulary of 100,000 takes a night."""
    return scheduler.run_each(collections, forget_words)


def _build(name: str, now: datetime) -> int:
    count = 0
    for _step in range(STEPS_MAX):
        done = continue_building(name, now=now)
        if not done:
            break
        count += done
    return count
