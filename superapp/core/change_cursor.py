"""
Change stamps and cursors, which find the rows that changed since a read without relying on clocks or sequences.

A transaction stamps each row it changes with ``current_stamp()``. A reader calls ``current_cursor()`` before it
reads the rows with ``changed >= cursor.stamp``, and keeps it as its next cursor. Transactions may commit late: the
cursor is the oldest transaction that may still be running, so that a later read may repeat rows and never misses
one. On PostgreSQL the stamp is the transaction id; on SQLite, where there is a single writer, a counter.

Stamps are valid within one epoch only (see ``core.epoch``): after a restore they are issued again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from superapp.core import prepared


def current_stamp() -> int:
    """Return the stamp of the running transaction, for the ``changed`` column of each row that it changes."""
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
    """A reader's position in the changes, and the epoch in which it is valid; its text is opaque to clients."""

    epoch: int
    stamp: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.stamp}"

    def since(self, text: str | None) -> int | None:
        """
        Return the stamp from which a reader with this cursor continues, or None if the cursor is of another epoch.
        """
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
