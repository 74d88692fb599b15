"""Statements that are run thousands of times a second: PostgreSQL reads and plans each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

# In the order of a statement's places, or by their names.
Values = Sequence[Any] | Mapping[str, Any]


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


@contextmanager
def pipeline() -> Iterator[None]:
    """
    Send the statements of this block in one go instead of waiting for each; an error is raised at the end, or at the
    first look.

    On SQLite, which is in the same process, it changes nothing.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def execute_deferred(sql: str, params: Values) -> Callable[[], list[tuple[Any, ...]]]:
    """
    Execute a statement and return a function that fetches its rows; within ``pipeline``, fetch only after all are sent.
    """
    asked = cursor()
    asked.execute(sql, params)

    def rows() -> list[tuple[Any, ...]]:
        with asked:
            found: list[tuple[Any, ...]] = asked.fetchall()
            return found

    return rows


def execute_as_one(statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """
    Run statements that write and do not look at each other: on PostgreSQL as one, which costs a fraction of each.

    They see the same moment and run in no particular order; what locks rows that others want stands alone.
    """
    if connection.vendor != "postgresql":
        for sql, params in statements:
            execute_deferred(sql, params)
        return
    parts = ", ".join(f"s{number} AS ({sql})" for number, (sql, _params) in enumerate(statements))
    execute_deferred(f"WITH {parts} SELECT 1", [value for _sql, params in statements for value in params])
