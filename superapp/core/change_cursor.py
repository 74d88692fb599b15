"""
Stamps by which "what changed since" needs no trust in clocks or sequences.

A transaction stamps every row it changes with ``current_stamp()``. A reader takes ``current_cursor()`` before it reads
rows with ``changed >= cursor.stamp`` and keeps it as its next cursor. Transactions commit late: the horizon is the
oldest that may still be running, so a later read may repeat rows, and never misses one. On PostgreSQL the stamp is the
transaction's own id; on SQLite, where writers take turns, a counter.

Stamps mean something within one epoch alone (see ``core.epoch``): after a restore they are given out once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from superapp.core import prepared


def current_stamp() -> int:
    """Return the stamp of the running transaction, for the ``changed`` column of every row it touches."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a stamp belongs inside a transaction")
    with prepared.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        else:
            cursor.execute("UPDATE core_instance SET changes = changes + 1 RETURNING changes")
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ChangeCursor:
    """A reader's position in the changes, and the epoch it is valid in; its text is opaque to clients."""

    epoch: int
    stamp: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.stamp}"

    def since(self, text: str | None) -> int | None:
        """The stamp from which a reader goes on who comes with this cursor; None: it knows nothing of this epoch."""
        epoch, _, stamp = (text or "").rpartition(".")
        return int(stamp) if epoch == str(self.epoch) else None


def current_cursor() -> ChangeCursor:
    """Return the cursor to keep: every change below it is visible to a read that starts now."""
    if connection.vendor == "postgresql":
        stamp = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    else:
        stamp = "changes + 1"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT epoch, {stamp} FROM core_instance")  # noqa: S608  # One of the two above.
        return ChangeCursor(*cursor.fetchone())
