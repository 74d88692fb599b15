"""
The epoch of this instance, which identifies one life of its database.

A database that was restored from a back-up begins another life: it has lost some changes, and numbers that it
issued (stamps, revs) are issued again for something else. Each client that asks for changes therefore sends the
epoch of its cursor, and gets everything if that is another one.

``ensure_current`` detects a restore by two things that a back-up cannot contain. The instance row stores the place
where its epoch began: the cluster, the database and the transaction; a row that was filled in from a dump has
another transaction. And the data directory stores, outside the database, how many restore marks it has left in it:
a database with fewer has lost committed changes. A replica that takes over has both the place and the marks.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

log = structlog.get_logger(__name__)

# A random part, so that two restores of the same back-up never get the same epoch, whatever the clock says.
RANDOM_STEP_MAX = 1_000

# The place where an epoch began, as PostgreSQL knows it: the cluster, the database in it, and the transaction.
_LOCATION_SQL = (
    "(SELECT system_identifier FROM pg_control_system())::text || '/' ||"
    " (SELECT oid FROM pg_database WHERE datname = current_database())::text || '/' || {transaction}::text"
)


@dataclass(frozen=True, slots=True)
class RestoreMark:
    """The number of marks that a data directory has left in the database, and the epoch of the last one."""

    epoch: int
    count: int


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The state of the database: its epoch, where that began, where the database is now, and its count of our marks."""

    epoch: int
    place: str
    here: str
    count: int


class MarkFile:
    """The file outside the database in which this data directory keeps its last mark; never part of a back-up."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def directory(self) -> uuid.UUID | None:
        """The id of this data directory, or None."""
        path = self._path / "directory"
        return uuid.UUID(path.read_text()) if path.exists() else None

    def named(self) -> uuid.UUID:
        """Return the id of this data directory, creating it if there is none."""
        path = self._path / "directory"
        if not path.exists():
            self._path.mkdir(exist_ok=True)
            # Linked to its name only when it is complete; of two processes the second finds the first one's file.
            fresh = self._path / f"directory.{os.getpid()}"
            fresh.write_text(str(uuid.uuid4()))
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return uuid.UUID(path.read_text())

    @property
    def place(self) -> str:
        """The inode and change time of the id's file; a restored copy has others."""
        status = (self._path / "directory").stat()
        return f"{status.st_ino}/{status.st_ctime_ns}"

    def mark(self) -> RestoreMark | None:
        """Return the last mark that was left, or None if none is stored."""
        try:
            text = (self._path / "mark").read_text()
        except FileNotFoundError:
            return None
        try:
            mark = json.loads(text)
            return RestoreMark(int(mark["epoch"]), int(mark["count"]))
        except (ValueError, TypeError, KeyError):
            # Truncated, as after a power cut: treated as missing.
            log.warning("epoch_mark_unreadable", path=str(self._path / "mark"))
            return None

    def keep(self, mark: RestoreMark) -> None:
        fresh = self._path / f"mark.{os.getpid()}"
        fresh.write_text(json.dumps({"epoch": mark.epoch, "count": mark.count}))
        fresh.replace(self._path / "mark")


def mark_file() -> MarkFile:
    """Return the mark file of this data directory."""
    return MarkFile(settings.VAR_DIR / "epoch")


def ensure_current(now: datetime) -> DatabaseState:
    """
    Raise the epoch if the database was restored or replaced, and return the current state.

    Safe to call in many processes at once: one of them raises the epoch, and the others find it raised.
    """
    remembered = mark_file()
    while True:
        # The file first: another process of this directory may leave a mark in between, and writes the database first.
        mark = remembered.mark()
        found = _read_database_state(remembered)
        why = _find_reason_to_raise(found, mark)
        if why is None:
            return found
        _begin_epoch(found, now=now, above=mark.epoch if mark else 0, why=why)


def raise_manually(now: datetime) -> tuple[int, int]:
    """Raise the epoch on an operator's demand; return the old and the new one."""
    remembered = mark_file()
    while True:
        found = _read_database_state(remembered)
        mark = remembered.mark()
        begun = _begin_epoch(found, now=now, above=mark.epoch if mark else 0, why="by hand")
        if begun is not None:
            return found.epoch, begun


def leave_mark(now: datetime) -> int:
    """
    Add a mark to the database and to the mark file, so that a later restore is detected; return how many were
    added.

    The database is written first. A mark that is only in the database, because the process was killed in between,
    is harmless.
    """
    found = ensure_current(now)
    remembered = mark_file()
    count = _increment_mark(remembered.named(), found.count)
    if count is None:  # Another process of this directory was faster, or the database was replaced meanwhile.
        return 0
    remembered.keep(RestoreMark(found.epoch, count))
    return 1


def _find_reason_to_raise(found: DatabaseState, mark: RestoreMark | None) -> str | None:
    """Return the reason for which the epoch has to be raised, or None."""
    if not found.place:
        return "first start"
    if found.place != found.here:
        return "the database was filled in from a copy, or is in another place"
    if mark is not None and mark.epoch > found.epoch:
        return "the database is of an earlier epoch"
    if mark is not None and mark.epoch == found.epoch and mark.count > found.count:
        return "the database has lost what was committed"
    return None


def _read_database_state(remembered: MarkFile) -> DatabaseState:
    here = _LOCATION_SQL.format(transaction="instance.xmin")
    values: list[Any] = [remembered.directory]
    if connection.vendor == "sqlite":
        here, values = "%s", [f"{remembered.named()}/{remembered.place}", remembered.named().hex]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT epoch, place, {here}, COALESCE(marked.count, 0) FROM core_instance AS instance"  # noqa: S608  # Ours.
            " LEFT JOIN core_mark AS marked ON marked.directory = %s",
            values,
        )
        return DatabaseState(*cursor.fetchone())


def _begin_epoch(found: DatabaseState, *, now: datetime, above: int, why: str) -> int | None:
    """Begin an epoch higher than all known ones, and return it; None if another process has begun one meanwhile."""
    epoch = max(found.epoch, above, int(now.timestamp() * 1_000)) + 1 + secrets.randbelow(RANDOM_STEP_MAX)
    if connection.vendor == "postgresql":
        place, values = _LOCATION_SQL.format(transaction="pg_current_xact_id()::xid"), []
    else:
        place, values = "%s", [found.here]
    # No savepoint: within one, the row would get another transaction id than the one that the statement reads.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE core_instance SET epoch = %s, place = {place}"  # noqa: S608  # Ours.
            " WHERE epoch = %s AND place = %s RETURNING epoch",
            [epoch, *values, found.epoch, found.place],
        )
        begun = cursor.fetchone() is not None
    if not begun:
        return None
    log.log(logging.WARNING if found.place else logging.INFO, "epoch_raised", was=found.epoch, epoch=epoch, why=why)
    return epoch


def _increment_mark(directory: uuid.UUID, count: int) -> int | None:
    """Add one mark of this directory and return the new count, or None if the count has changed meanwhile."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_mark (directory, count) VALUES (%s, 1)"
            " ON CONFLICT (directory) DO UPDATE SET count = core_mark.count + 1 WHERE core_mark.count = %s"
            " RETURNING count",
            [directory if connection.vendor == "postgresql" else directory.hex, count],
        )
        row = cursor.fetchone()
    # A count that starts anew belongs to another database than the one that was read.
    return count + 1 if row is not None and row[0] == count + 1 else None
