"""
Locks between processes on one database, for work that must not run concurrently: migrating, creating demo data.

On PostgreSQL they are advisory transaction locks on a separate connection, which also work behind a transaction
pooler; on SQLite they are locks of a file beside the database. Both are released when the holder's process ends, in
any way.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError, InterfaceError, OperationalError

POLL_SECONDS = 0.1
# The first of the two keys of an advisory lock; the second is the lock's number.
_ADVISORY_LOCK_SPACE = 0x6E757361


class ProcessLock(IntEnum):
    """The existing locks. A number is never reused for another lock."""

    MIGRATIONS = 1
    WORK = 2


class LockTimeout(Exception):
    """The lock was held by another process for longer than the caller was willing to wait."""


@contextmanager
def hold_exclusive(
    lock: ProcessLock, *, seconds_max: float, on_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """
    Hold the lock exclusively during the block. ``on_wait`` is called once if another process holds it at first.

    :raises LockTimeout: if it was not granted within ``seconds_max``
    """
    if connection.vendor == "postgresql":
        with _transaction() as cursor:
            _lock_on_postgres(cursor, lock, seconds_max=seconds_max, on_wait=on_wait)
            yield
    else:
        with _path(lock).open("a") as file:
            _lock_file(file, seconds_max=seconds_max, on_wait=on_wait)
            yield


@contextmanager
def try_hold_shared(lock: ProcessLock) -> Iterator[bool]:
    """Hold the lock shared during the block; yield False, without waiting, if it is held or requested exclusively."""
    if connection.vendor == "postgresql":
        with _transaction() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [_ADVISORY_LOCK_SPACE, lock])
            yield cursor.fetchone()[0]
    else:
        with _path(lock).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


@contextmanager
def _transaction() -> Iterator[Any]:
    """Open a transaction on a separate connection and yield its cursor; both end with the block."""
    holder: BaseDatabaseWrapper = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield cursor
    finally:
        with suppress(DatabaseError, InterfaceError):  # The connection is lost, and the lock with it.
            holder.rollback()
        holder.close()


def _lock_on_postgres(cursor: Any, lock: ProcessLock, *, seconds_max: float, on_wait: Callable[[], None]) -> None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_ADVISORY_LOCK_SPACE, lock])
    if cursor.fetchone()[0]:
        return
    on_wait()
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(int(seconds_max * 1000), 1)}ms"])
    cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    try:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ADVISORY_LOCK_SPACE, lock])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        raise LockTimeout from None


def _lock_file(file: Any, *, seconds_max: float, on_wait: Callable[[], None]) -> None:
    until = time.monotonic() + seconds_max
    has_waited = False
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise LockTimeout from None
        if not has_waited:
            on_wait()
            has_waited = True
        time.sleep(POLL_SECONDS)


def _path(lock: ProcessLock) -> Path:
    return Path(connection.settings_dict["NAME"]).with_name(f"{lock.name.lower()}.lock")
