"""
What the machine refuses (a database out of reach, a full disk, a directory that nobody may write), in one sentence.

Whoever typed a command reads that sentence in place of a traceback: it names the place, the reason and what to do.
"""

from __future__ import annotations

import re

from django.db.utils import DatabaseError, InterfaceError, OperationalError

# libpq names the server and the way of each attempt before the reason.
_REASON = re.compile(r"connection to server .*? failed: (?:FATAL: +)?([^\n]+)")


# Among these are the faults that may be the machine's.
POSSIBLE = (DatabaseError, InterfaceError, OSError)


class DatabaseUnreachable(OperationalError):
    """PostgreSQL did not let this process in when it asked for the first time; the text says where and why."""


def unreachable_postgres(*, host: str, port: str, error: str) -> str:
    """Say which PostgreSQL was asked, what came of it, and what to do. libpq's text names no password."""
    reasons = _REASON.findall(error)
    reason = (reasons[-1] if reasons else error.splitlines()[0]).strip().rstrip(".")
    where = f"{host or 'this machine'}:{port or '5432'}"
    return f"PostgreSQL at {where} cannot be reached ({reason}): start it or correct DATABASE_URL, then try again."


def sentence(error: BaseException) -> str | None:
    """One sentence about what the machine refused, or None if the fault is another one."""
    if isinstance(error, DatabaseUnreachable):
        return str(error)
    return None
