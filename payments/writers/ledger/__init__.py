"""
The only writer of the ledger; every journal is posted by ``post``.

PostgreSQL posts in one function of the database (``sql/postgres_posting.sql``), SQLite in the same steps as plain
statements (``sqlite.py``): look up the idempotency keys, lock the accounts in a fixed order, try every line on the
balances read, and only then write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from payments.errors import FloatCapReached
from payments.models import Inbox
from payments.writers.ledger import accounts, postgres, sqlite
from payments.writers.ledger.accounts import (
    freeze_account,
    get_or_open_account,
    lock_accounts,
    open_wallets,
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
    TransferPhase,
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
    "TransferPhase",
    "accounts",
    "derive_key",
    "find_response",
    "freeze_account",
    "get_or_open_account",
    "lock_accounts",
    "open_wallets",
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
    Post a journal, whole or not at all, and return ``Posted`` or ``Refused``.

    The response under an idempotency key is final, and a repeated request gets the stored one. Inside a transaction of
    the caller, posting, refusal and key are stored when that transaction commits. Database errors (a lock timeout, a
    lost connection) raise and store nothing.

    The checks of each line run in this order: asset, same account, status, hold, funds, ceiling; the refund counter is
    checked last.

    :raises KeyReused: if the key was used for a different request
    :raises FloatCapReached: if money from outside would exceed the cap of a closed loop; nothing is stored then, and a
        transaction of the caller can only be rolled back
    """
    with _naming_the_float_cap():
        outcome = post_many([entry], now=now)[0]
    if isinstance(outcome, Reused):
        raise outcome.error()
    return outcome


@contextmanager
def _naming_the_float_cap() -> Iterator[None]:
    """Raise FloatCapReached where the database refused money for the cap of a closed loop."""
    try:
        yield
    except IntegrityError as error:
        if "payments_issuedmoney_within_cap" not in str(error):
            raise
        raise FloatCapReached from None


def pipeline_post(entry: JournalEntry, *, now: datetime) -> Callable[[], PostingResult]:
    """
    Queue the posting of a journal entry in the caller's transaction and database pipeline.

    Call the returned function once the pipeline is flushed; it gives the result.
    """
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
    """
    Post several journals in one statement or transaction, in the order given.

    Each is posted or refused on its own.
    """
    if not 0 < len(entries) <= ENTRIES_MAX:
        raise ValueError(f"between 1 and {ENTRIES_MAX} entries at a time")
    if connection.vendor == "postgresql":
        outcomes = retry_on_deadlock(lambda: postgres.post(entries, now=now))
    else:
        # As the outermost block it begins IMMEDIATE; inside another, the caller's savepoints are enough.
        with transaction.atomic(savepoint=False):
            outcomes = sqlite.post(entries, now=now)
    if any(entry.fact for entry in entries):
        transaction.on_commit(outbox.published.set, robust=True)
    return outcomes


def find_response(key: IdempotencyKey) -> PostingResult | None:
    """
    Return the stored response of this idempotency key, or None.

    :raises KeyReused: if the key was used for a different request
    """
    outcome = sqlite.find_response(key)
    if isinstance(outcome, Reused):
        raise outcome.error()
    return outcome


def store_refusal(key: IdempotencyKey, code: str, *, now: datetime) -> PostingResult:
    """
    Refuse a request without trying it, and store the refusal under its key.

    A response that is already stored is returned instead.

    :raises KeyReused: if the key was used for a different request
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
    """Turn all queued credits of an account into postings, so that they can be spent, and return how many."""
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
    """Roll up every inbox that has queued credits, and return how many were rolled up."""
    del now  # Queued credits have no due time.
    waiting = Inbox.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    return sum(roll_up(account_id) for account_id in list(waiting))


def _roll_up_on_sqlite(account_id: int) -> int:
    with transaction.atomic(savepoint=False):
        return sqlite.roll_up(account_id, ROLLED_AT_ONCE_MAX)


def _on_postgres() -> bool:
    return bool(connection.vendor == "postgresql")
