"""
The only writer of the ledger.

Every journal goes through ``post``: on PostgreSQL one function of the database (``sql/postgres_posting.sql``), on
SQLite the same steps as plain statements (``sqlite.py``). The steps: the key, the accounts in one order of locks, a
trial of every line on what was read, and only then the writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction

from payments.models import Inbox
from payments.writers.ledger import accounts, postgres, sqlite
from payments.writers.ledger.accounts import (
    freeze_account,
    get_or_open_account,
    lock_accounts,
    pipeline_account_id,
    set_ceiling,
    unfreeze_account,
)
from payments.writers.ledger.entries import (
    AccountChange,
    IdempotencyKey,
    JournalEntry,
    Posted,
    PostingOutcome,
    PostingResult,
    Refused,
    Reused,
    TransferLine,
    derive_key,
)
from superapp.core import outbox
from superapp.core.retry_on_deadlock import retry_on_deadlock
from superapp.core.scheduler import every

__all__ = [
    "AccountChange",
    "IdempotencyKey",
    "JournalEntry",
    "Posted",
    "PostingOutcome",
    "PostingResult",
    "Refused",
    "Reused",
    "TransferLine",
    "accounts",
    "derive_key",
    "find_response",
    "freeze_account",
    "get_or_open_account",
    "lock_accounts",
    "pipeline_account_id",
    "pipeline_post",
    "post",
    "post_many",
    "roll_up",
    "roll_up_due",
    "set_ceiling",
    "store_refusal",
    "unfreeze_account",
]

ENTRIES_MAX = 200
ROLLED_AT_ONCE_MAX = 1_000


def post(entry: JournalEntry, *, now: datetime) -> PostingResult:
    """
    Post a journal, whole or not at all, and return how it was answered: ``Posted`` or ``Refused``, now or long ago.

    The answer under a key is final. Called inside a transaction it becomes true with that transaction, and its key is
    burned only then; so does a refusal. Trouble of the database (a lock that does not come, a lost line) raises and
    burns nothing.

    Refusals are looked for line by line in this order: asset, oneself, status, hold, funds, ceiling, and at the end
    the refund counter.

    :raises KeyReused: if the key was used for something else
    """
    outcome = post_many([entry], now=now)[0]
    if isinstance(outcome, Reused):
        raise outcome.error()
    return outcome


def pipeline_post(entry: JournalEntry, *, now: datetime) -> Callable[[], PostingResult]:
    """Queue the posting of a journal inside the caller's transaction; call the result for its response."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("only a caller with a transaction has something to send it with")
    if entry.fact:
        transaction.on_commit(outbox.published.set, robust=True)
    if not _on_postgres():
        answer = post(entry, now=now)
        return lambda: answer
    asked = postgres.pipeline_post([entry], now=now)

    def answered() -> PostingResult:
        outcome = asked()[0]
        if isinstance(outcome, Reused):
            raise outcome.error()
        return outcome

    return answered


def post_many(entries: Sequence[JournalEntry], *, now: datetime) -> list[PostingOutcome]:
    """Post journals in one statement or transaction; each stands or falls alone, in the order given."""
    if not 0 < len(entries) <= ENTRIES_MAX:
        raise ValueError(f"between 1 and {ENTRIES_MAX} entries at a time")
    if connection.vendor == "postgresql":
        outcomes = retry_on_deadlock(lambda: postgres.post(entries, now=now))
    else:
        # IMMEDIATE when it is the whole transaction; otherwise the caller's savepoints are enough.
        with transaction.atomic(savepoint=False):
            outcomes = sqlite.post(entries, now=now)
    if any(entry.fact for entry in entries):
        transaction.on_commit(outbox.published.set, robust=True)
    return outcomes


def find_response(key: IdempotencyKey) -> PostingResult | None:
    """
    Return the stored response of this idempotency key, or None.

    :raises KeyReused: if the key was used for something else
    """
    outcome = sqlite.find_response(key)
    if isinstance(outcome, Reused):
        raise outcome.error()
    return outcome


def store_refusal(key: IdempotencyKey, code: str, *, now: datetime) -> PostingResult:
    """
    Refuse a request without a trial, and store the refusal under its key.

    :raises KeyReused: if the key was used for something else
    """
    if connection.vendor == "postgresql":
        is_new = postgres.store_refusal(key, code, now=now)
    else:
        with transaction.atomic(savepoint=False):
            is_new = sqlite.store_refusal(key, code, now=now)
    if is_new:
        return Refused(code)
    before = find_response(key)
    assert before is not None, "what was in the way of the refusal is an answer"
    return before


def roll_up(account_id: int) -> int:
    """Turn all credits that wait in an account's inbox into postings, so that they can be spent; return how many."""
    rolled = 0
    while True:
        batch = (
            retry_on_deadlock(lambda: postgres.roll_up(account_id, ROLLED_AT_ONCE_MAX))
            if _on_postgres()
            else _roll_up_on_sqlite(account_id)
        )
        rolled += batch
        if batch < ROLLED_AT_ONCE_MAX:
            return rolled


@every(seconds=1)
def roll_up_due(now: datetime) -> int:
    """Roll up every inbox that has something in it."""
    del now  # An inbox has no date: whatever lies there is due.
    waiting = Inbox.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    return sum(roll_up(account_id) for account_id in list(waiting))


def _roll_up_on_sqlite(account_id: int) -> int:
    with transaction.atomic(savepoint=False):
        return sqlite.roll_up(account_id, ROLLED_AT_ONCE_MAX)


def _on_postgres() -> bool:
    return bool(connection.vendor == "postgresql")
