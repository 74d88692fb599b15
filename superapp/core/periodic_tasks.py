"""Periodic tasks of the core: keeping the epoch current."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from superapp.core import clock, epoch, health, scheduler, schema_version

MARK_SECONDS = 2

# The modification time and size of SQLite's log after the last mark, when embedded.
_log_seen: tuple[int, int] | None = None


@health.startup_check
def settle_epoch() -> None:
    """Raise the epoch before any request is answered, if the database was restored from a back-up."""
    # Nothing is written into a database that newer code has migrated.
    schema_version.require_not_newer(connection)
    epoch.ensure_current(clock.now())


@scheduler.every(seconds=MARK_SECONDS, at_end=True)
def leave_mark(now: datetime) -> int:
    """Leave a mark in the database; when embedded, only if something was written, so that the disk can idle."""
    global _log_seen
    if not settings.SERVED and _log_seen is not None and _log_seen == _log_state():
        return 0
    left = epoch.leave_mark(now)
    _log_seen = None if settings.SERVED else _log_state()
    return left


def _log_state() -> tuple[int, int] | None:
    """Return the modification time and size of SQLite's write-ahead log, which each commit changes."""
    path = Path(f"{connection.settings_dict['NAME']}-wal")
    if not path.exists():
        return None
    status = path.stat()
    return status.st_mtime_ns, status.st_size
