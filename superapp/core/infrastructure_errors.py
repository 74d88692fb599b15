"""
Descriptions of infrastructure failures (database unreachable, disk full, directory not writable) in one sentence.

A command prints that sentence instead of a traceback: it names the place, the reason and what to do. A server
answers such a failure as temporary, since it is not a bug.
"""

from __future__ import annotations

import errno
import re
import sqlite3

import psycopg
from django.db.utils import DatabaseError, InterfaceError, OperationalError

# The exceptions that may be infrastructure failures.
INFRASTRUCTURE_ERRORS = (DatabaseError, InterfaceError, OSError)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# libpq reports the server and each connection attempt before the reason.
_REASON = re.compile(r"connection to server .*? failed: (?:FATAL: +)?([^\n]+)")
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: "The disk with the database is full: make room in VAR_DIR, then try again.",
    sqlite3.SQLITE_READONLY: "The database in VAR_DIR cannot be written: let this user write there, then try again.",
    sqlite3.SQLITE_CANTOPEN: "The database in VAR_DIR cannot be opened: let this user write there, then try again.",
    sqlite3.SQLITE_IOERR: "The disk with the database is full or gives errors: look at it before you go on.",
}
# Classes of SQLSTATE codes: connection errors, and a server that ends connections. libpq's own errors have no code.
_CONNECTION_LOST = ("08", "57P")
_BY_SQLSTATE = {
    "53100": "The disk of PostgreSQL is full: make room there, then try again.",
    "25006": "This PostgreSQL can only be read, as a replica that has not taken over: correct DATABASE_URL.",
}


class DatabaseUnreachable(OperationalError):
    """PostgreSQL did not accept the first connection of this process; the text says where and why."""


def describe_unreachable_postgres(*, host: str, port: str, error: str) -> str:
    """Describe which PostgreSQL was contacted, the error, and what to do. libpq's text contains no password."""
    reasons = _REASON.findall(error)
    reason = (reasons[-1] if reasons else error.splitlines()[0]).strip().rstrip(".")
    where = f"{host or 'this machine'}:{port or '5432'}"
    return f"PostgreSQL at {where} cannot be reached ({reason}): start it or correct DATABASE_URL, then try again."


def describe_error(error: BaseException) -> str | None:
    """Return one sentence about an infrastructure failure, or None for any other error."""
    match error:
        case DatabaseUnreachable():
            return str(error)
        case DatabaseError() | InterfaceError():
            return _of_database(error.__cause__)
        case OSError() if is_of_disk(error):
            return of_disk(error)
    return None


def summarize(error: BaseException) -> str:
    """Return the first line of an error's text, for the log; PostgreSQL quotes statements and values in later lines."""
    return str(error).partition("\n")[0]


def is_of_disk(error: BaseException) -> bool:
    """Return whether a write failed because the disk is full or not writable."""
    if not isinstance(error, OSError):
        return False
    return error.errno in _FULL or (error.errno in _FORBIDDEN and error.filename is not None)


def is_passing(error: BaseException | None) -> bool:
    """Return whether database or disk failed, so that the outcome is unknown and the same request may be sent again."""
    return isinstance(error, (OperationalError, InterfaceError)) or (error is not None and is_of_disk(error))


def of_disk(error: OSError) -> str:
    """Describe which file could not be written, and what to do."""
    name = error.filename or "a file"
    if error.errno in _FULL:
        return f"The disk is full: {name} cannot be written ({error.strerror}). Make room, then try again."
    return f"{name} cannot be written ({error.strerror}): let this user write there, or name another VAR_DIR."


def _of_database(cause: BaseException | None) -> str | None:
    if isinstance(cause, sqlite3.Error):
        # The lowest byte is the primary error code, the others extend it.
        return _BY_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if type(cause).__name__ == "PoolTimeout":
        return "PostgreSQL has stopped answering: start it, then try again."
    if isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "08").startswith(_CONNECTION_LOST):
        reason = str(cause).strip().splitlines()[0]
        return f"The connection to PostgreSQL broke ({reason}): see whether it runs, then try again."
    return _BY_SQLSTATE.get(getattr(cause, "sqlstate", None) or "")
