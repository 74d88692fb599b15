"""
Stamps by which "what changed since" needs no trust in clocks or sequences.

A transaction stamps every row it changes with ``stamp()``. A reader takes ``horizon()`` before it reads rows with
``changed >= cursor`` and keeps it as its next cursor. Transactions commit late: the horizon is the oldest that may
still be running, so a later read may repeat rows, and never misses one. On PostgreSQL the stamp is the
transaction's own id; on SQLite, where writers take turns, a counter.
"""

from __future__ import annotations

from django.db import connection, transaction

from superapp.core import prepared


def stamp() -> int:
    """The number of the running transaction, for the ``changed`` column of every row it touches."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a stamp belongs inside a transaction")
    with prepared.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        else:
            cursor.execute("UPDATE core_instance SET changes = changes + 1 RETURNING changes")
        return int(cursor.fetchone()[0])


def horizon() -> int:
    """The cursor to keep: every change below it is already visible to a read that starts now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        else:
            cursor.execute("SELECT changes + 1 FROM core_instance")
        return int(cursor.fetchone()[0])
