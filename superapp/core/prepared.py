"""Statements that are run thousands of times a second: PostgreSQL reads and plans each of them once."""

from __future__ import annotations

from django.db import connection
from django.db.backends.utils import CursorWrapper


def cursor() -> CursorWrapper:
    """
    A cursor that sends statement and values apart, so that the server keeps the statement.

    Django's own writes the values into the statement, which makes every one of them new. For statements by hand whose
    text never changes; on SQLite, which keeps statements anyhow, it is the ordinary cursor.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    # As Django makes its own, so that errors, counts of queries and wrappers stay what they are.
    made: CursorWrapper = connection._prepare_cursor(ServerBindingCursor(connection.connection))  # type: ignore[attr-defined,call-arg]
    return made
