"""
Stamps by which "what changed since" needs no trust in clocks or sequences.

A transaction stamps every row it changes with ``stamp()``. A reader takes ``horizon()`` before it reads rows with
``changed >= cursor`` and keeps it as its next cursor. Transactions commit late: the horizon is the oldest that may
still be running, so a later read may repeat rows, and never misses one. On PostgreSQL the stamp is the
transaction's own id; on SQLite, where writers take turns, a counter.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from superapp.core import prepared


def stamp() -> int:
    """The number of the running transaction, for the ``changed`` column of every row it touches."""
    return ask_stamp()()


def ask_stamp() -> Callable[[], int]:
    """The same, asked for now and looked at later: see ``prepared.together``."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a stamp belongs inside a transaction")
    if connection.vendor == "postgresql":
        asked = prepared.ask("SELECT pg_current_xact_id()::text::bigint", [])
    else:
        asked = prepared.ask("UPDATE core_instance SET changes = changes + 1 RETURNING changes", [])
    return lambda: int(asked()[0][0])


def horizon() -> int:
    """The cursor to keep: every change below it is already visible to a read that starts now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        else:
            cursor.execute("SELECT changes + 1 FROM core_instance")
        return int(cursor.fetchone()[0])
