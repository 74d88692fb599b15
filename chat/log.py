"""
The one writer of messages.

Messages are appended in batches. A batch runs in two steps: first the conversations are locked in the order of
their ids; then, in new statements and therefore in a new snapshot, membership, blocks and repeats are looked at,
and everything is numbered and stored. A check inside the locking statement would see the time before the wait.

On PostgreSQL one function of the database does all of it (``sql/postgres_append.sql``), on SQLite the same steps are
plain statements (``log_plain.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from chat import log_plain, log_postgres, push
from chat.log_entries import Appended, Entry, Outcome, Posted
from superapp.core import clock
from superapp.core.batching import Batcher
from superapp.realtime.bus import Tidings


def append(entries: Sequence[Entry], *, now: datetime, asks_leave: bool = True) -> list[Outcome]:
    """
    Post all of these inside the running transaction, and tell the members after its commit.

    One outcome an entry, in their order: where it stands, or why it was refused; a refusal harms no other entry.
    Without ``asks_leave`` blocks are not asked for: the conversation itself speaks.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("messages are appended inside a transaction")
    return _append(entries, now=now, asks_leave=asks_leave)


def write(entries: Sequence[Entry]) -> list[Outcome]:
    """Post these in one transaction of their own."""
    if connection.vendor == "postgresql":
        # The one statement is the transaction; BEGIN and COMMIT around it would be two more ways to the database.
        return _append(entries, now=clock.now(), asks_leave=True)
    with transaction.atomic():
        return append(entries, now=clock.now())


# Every process appends through its own batcher; the lock of the conversation keeps processes apart.
writer: Batcher[Entry, Posted] = Batcher("chat-log", write, place=lambda entry: entry.conversation_id)


def _append(entries: Sequence[Entry], *, now: datetime, asks_leave: bool) -> list[Outcome]:
    path = log_postgres if connection.vendor == "postgresql" else log_plain
    appended = path.append(entries, now=now, asks_leave=asks_leave)
    outcomes, told = _announced(entries, appended)
    push.tell(told)
    return outcomes


def _announced(entries: Sequence[Entry], appended: Appended) -> tuple[list[Outcome], list[Tidings]]:
    """The outcomes with the hints that each answer carries, and what everybody else is told."""
    mine = {}
    for moved in appended.moved:
        entry = entries[moved.place - 1]
        mine[entry.conversation_id, entry.sender_id] = push.membership_told(
            entry.sender_id, moved.row(entry.conversation_id)
        )
    outcomes: list[Outcome] = []
    posted: list[Tidings] = []
    for entry, outcome in zip(entries, appended.outcomes, strict=True):
        if isinstance(outcome, Posted) and outcome.is_new:
            everybody = push.posted_told(
                entry.conversation_id, entry.row(outcome), to_user_ids=appended.present[entry.conversation_id]
            )
            posted.append(everybody)
            if entry.line:
                own = mine.get((entry.conversation_id, entry.sender_id))
                caused = [everybody] if own is None else [own, everybody]
                for told in caused:
                    told.not_to.append(entry.line)
                hints = tuple(told.frame for told in caused)
                outcome = Posted(outcome.seq, outcome.rev, outcome.counted, outcome.sent_at, is_new=True, hints=hints)
        outcomes.append(outcome)
    return outcomes, [*mine.values(), *posted]
