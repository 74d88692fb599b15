"""Prepared statements, for statements that run very often: PostgreSQL parses and plans each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Positional parameters of a statement, or parameters by name.
Values = Sequence[Any] | Mapping[str, Any]


def cursor() -> CursorWrapper:
    """
    Return a cursor that sends statement and values separately, so that the server can keep the statement prepared.

    Django's own cursor writes the values into the statement, which makes each one different. For hand-written
    statements whose text never changes; on SQLite, which caches statements anyway, it is the ordinary cursor.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    # Made in the same way as Django's own, so that errors, query counts and wrappers still work.
    made: CursorWrapper = connection._prepare_cursor(ServerBindingCursor(connection.connection))  # type: ignore[attr-defined,call-arg]
    return made


@contextmanager
def pipeline() -> Iterator[None]:
    """
    Send the statements of this block together instead of waiting for each.

    An error is raised at the first fetch, or at the end of the block. On SQLite, which is in the same process, it
    changes nothing.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def execute_deferred(sql: str, params: Values) -> Callable[[], list[tuple[Any, ...]]]:
    """
    Execute a statement and return a function that fetches its rows.

    Within ``pipeline``, call that function only after all statements are sent.
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
    Execute independent write statements, on PostgreSQL as a single one, which costs a fraction of several.

    They see the same snapshot and run in no particular order; a statement that locks contended rows must run
    separately.
    """
    if connection.vendor != "postgresql":
        for sql, params in statements:
            execute_deferred(sql, params)
        return
    parts = ", ".join(f"s{number} AS ({sql})" for number, (sql, _params) in enumerate(statements))
    execute_deferred(f"WITH {parts} SELECT 1", [value for _sql, params in statements for value in params])
