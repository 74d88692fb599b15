"""
Postings of several threads of a process in one statement.

A transaction of its own costs PostgreSQL more than the rows of a transfer. So the first thread posts by itself, and
what others post meanwhile is sent together (see ``superapp.core.batching``).
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
# Held by the thread that posts by itself.
alone = threading.Lock()


def post_alone_or_together(entry: JournalEntry, *, now: datetime) -> PostingOutcome:
    """
    Post an entry outside a transaction, by itself, or together with others if another thread is posting.

    :raises Unavailable: if the database cannot post; nothing is stored, or it is not known, and a retry tells
    """
    if not alone.acquire(blocking=False):
        return _batcher.submit(_Posting(entry, now)).result()
    try:
        return retry_on_deadlock(lambda: postgres.post([entry], now=now))[0]
    finally:
        alone.release()
