"""
The only writer of the ledger.

Every journal goes through ``post``: on PostgreSQL one function of the database (``sql/postgres_posting.sql``), on
SQLite the same steps as plain statements (``plain.py``). The steps: the key, the accounts in one order of locks, a
trial of every line on what was read, and only then the writes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from payments.ledger import accounts, plain, postgres
from payments.ledger.accounts import ask_account, freeze, lock, open_account, set_ceiling, unfreeze
from payments.ledger.entries import Answer, Change, Entry, Key, Line, Outcome, Posted, Refused, Reused, key_for
from payments.models import Inbox
from superapp.core import outbox
from superapp.core.work import every

__all__ = [
    "Answer",
    "Change",
    "Entry",
    "Key",
    "Line",
    "Outcome",
    "Posted",
    "Refused",
    "Reused",
    "accounts",
    "answered",
    "ask_account",
    "ask_post",
    "freeze",
    "key_for",
    "lock",
    "open_account",
    "post",
    "post_many",
    "refuse",
    "roll",
    "roll_due",
    "set_ceiling",
    "unfreeze",
]

ENTRIES_MAX = 200
ROLLED_AT_ONCE_MAX = 1_000
TRIES_MAX = 3
# Serialisation failure and deadlock: the database chose a victim, and nothing was written.
_TRY_AGAIN = {"40001", "40P01"}

R = TypeVar("R")


def post(entry: Entry, *, now: datetime) -> Answer:
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


def ask_post(entry: Entry, *, now: datetime) -> Callable[[], Answer]:
    """
    Post a journal inside the caller's transaction, among other statements that are sent together; look at the answer
    when all are asked (see ``prepared.together``).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("only a caller with a transaction has something to send it with")
    if entry.fact:
        transaction.on_commit(outbox.published.set, robust=True)
    if not _on_postgres():
        answer = post(entry, now=now)
        return lambda: answer
    asked = postgres.ask([entry], now=now)

    def answered() -> Answer:
        outcome = asked()[0]
        if isinstance(outcome, Reused):
            raise outcome.error()
        return outcome

    return answered


def post_many(entries: Sequence[Entry], *, now: datetime) -> list[Outcome]:
    """Post journals in one statement or transaction; each stands or falls alone, in the order given."""
    if not 0 < len(entries) <= ENTRIES_MAX:
        raise ValueError(f"between 1 and {ENTRIES_MAX} entries at a time")
    if connection.vendor == "postgresql":
        outcomes = _persist(lambda: postgres.post(entries, now=now))
    else:
        # IMMEDIATE when it is the whole transaction; otherwise the caller's savepoints are enough.
        with transaction.atomic(savepoint=False):
            outcomes = plain.post(entries, now=now)
    if any(entry.fact for entry in entries):
        transaction.on_commit(outbox.published.set, robust=True)
    return outcomes


def answered(key: Key) -> Answer | None:
    """
    What was answered under this key, or None.

    :raises KeyReused: if the key was used for something else
    """
    outcome = plain.answered(key)
    if isinstance(outcome, Reused):
        raise outcome.error()
    return outcome


def refuse(key: Key, code: str, *, now: datetime) -> Answer:
    """
    Refuse what needs no trial, and store it under the key like any refusal: such as paying out what nothing is left of.
    For an action that holds the lock of the account which says so.

    :raises KeyReused: if the key was used for something else
    """
    if connection.vendor == "postgresql":
        is_new = postgres.refuse(key, code, now=now)
    else:
        with transaction.atomic(savepoint=False):
            is_new = plain.refuse(key, code, now=now)
    if is_new:
        return Refused(code)
    before = answered(key)
    assert before is not None, "what was in the way of the refusal is an answer"
    return before


def roll(account_id: int) -> int:
    """Turn all credits that wait in an account's inbox into postings, so that they can be spent; return how many."""
    rolled = 0
    while True:
        batch = (
            _persist(lambda: postgres.roll(account_id, ROLLED_AT_ONCE_MAX))
            if _on_postgres()
            else _roll_plainly(account_id)
        )
        rolled += batch
        if batch < ROLLED_AT_ONCE_MAX:
            return rolled


@every(seconds=1)
def roll_due(now: datetime) -> int:
    """Roll up every inbox that has something in it."""
    del now  # An inbox has no date: whatever lies there is due.
    waiting = Inbox.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    return sum(roll(account_id) for account_id in list(waiting))


def _roll_plainly(account_id: int) -> int:
    with transaction.atomic(savepoint=False):
        return plain.roll(account_id, ROLLED_AT_ONCE_MAX)


def _on_postgres() -> bool:
    return bool(connection.vendor == "postgresql")


def _persist(work: Callable[[], R]) -> R:
    """Try again what the database gave up for another's sake, unless the transaction is not ours to repeat."""
    for attempt in range(1, TRIES_MAX + 1):
        try:
            return work()
        except OperationalError as error:
            gave_up = getattr(error.__cause__, "sqlstate", None) in _TRY_AGAIN
            if not gave_up or connection.in_atomic_block or attempt == TRIES_MAX:
                raise
            time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311  # So that two victims do not meet again.
    raise AssertionError("the last try returned or raised")
