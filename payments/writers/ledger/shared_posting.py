"""
Postings of several threads of a process in one statement.

A transaction of its own costs PostgreSQL more than the rows of a transfer. So one thread posts by itself, and what
several post at the same time is sent together (see ``superapp.core.batching``).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from payments.writers.ledger import postgres
from payments.writers.ledger.entries import JournalEntry, PostingOutcome
from superapp.core.batching import Batcher
from superapp.core.retry_on_deadlock import retry_on_deadlock

BATCH_MAX = 50


@dataclass(frozen=True, slots=True)
class _Posting:
    entry: JournalEntry
    now: datetime

    @property
    def debit_id(self) -> int:
        return self.entry.lines[0].debit_id


def _post_together(postings: Sequence[_Posting]) -> list[PostingOutcome]:
    # They came within milliseconds, and are posted now.
    now = max(posting.now for posting in postings)
    return retry_on_deadlock(lambda: postgres.post([posting.entry for posting in postings], now=now))


_batcher: Batcher[_Posting, PostingOutcome] = Batcher(
    "ledger", _post_together, lock_key=lambda posting: posting.debit_id, batch_max=BATCH_MAX
)


class _PostingThreads:
    """A count of the threads that are posting; as a context manager it tells whether a thread is the only one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def __enter__(self) -> bool:
        with self._lock:
            self._count += 1
            return self._count == 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._count -= 1


posting_threads = _PostingThreads()


def post_alone_or_together(entry: JournalEntry, *, now: datetime) -> PostingOutcome:
    """
    Post an entry outside a transaction, by itself, or together with others if another thread is posting.

    :raises Unavailable: if the database cannot post; nothing is stored, or it is not known, and a retry tells
    """
    with posting_threads as is_alone:
        if is_alone:
            return retry_on_deadlock(lambda: postgres.post([entry], now=now))[0]
        return _batcher.submit(_Posting(entry, now)).result()
