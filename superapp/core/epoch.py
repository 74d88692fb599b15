"""
The epoch of this instance: it names one life of its database.

A database that was put back from a back-up begins another life: what it had told is partly forgotten, and numbers that
it gave out (stamps, revs) are given out again for something else. So everybody who asks "what changed since" says in
which epoch they learned that, and is told everything if it was another one.

``ensure_current`` finds out by two things that a back-up cannot bring along. The row of the instance says in which
place its epoch was begun: which cluster and database, and by which transaction; a row that was filled in from a dump is
another transaction's. And the data directory remembers, outside the database, how many marks it has left in it: a
database that knows of fewer lost something that was committed. A replica that takes over brings place and marks along.
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

# A part by chance, so that two lives that go back to the same back-up never share an epoch, whatever the clock says.
RANDOM_STEP_MAX = 1_000

# Where an epoch was begun, as PostgreSQL sees it: the cluster, the database in it, and the transaction.
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
    """The database: its epoch, where that was begun, where the database is now, and how many marks it knows of us."""

    epoch: int
    place: str
    here: str
    count: int


class MarkFile:
    """The file outside the database in which this data directory remembers its last mark; never part of a back-up."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def directory(self) -> uuid.UUID | None:
        """The name of this data directory, if it has one."""
        path = self._path / "directory"
        return uuid.UUID(path.read_text()) if path.exists() else None

    def named(self) -> uuid.UUID:
        """The name of this data directory, given now if it has none."""
        path = self._path / "directory"
        if not path.exists():
            self._path.mkdir(exist_ok=True)
            # Linked under its name only when it is whole; of two processes the second finds the first one's.
            fresh = self._path / f"directory.{os.getpid()}"
            fresh.write_text(str(uuid.uuid4()))
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return uuid.UUID(path.read_text())

    @property
    def place(self) -> str:
        """The file of that name: a copy that is put back has another number, or was changed at another time."""
        status = (self._path / "directory").stat()
        return f"{status.st_ino}/{status.st_ctime_ns}"

    def mark(self) -> RestoreMark | None:
        """The last mark that was left, or None where nothing is remembered."""
        try:
            text = (self._path / "mark").read_text()
        except FileNotFoundError:
            return None
        try:
            mark = json.loads(text)
            return RestoreMark(int(mark["epoch"]), int(mark["count"]))
        except (ValueError, TypeError, KeyError):
            # Cut short, as a power cut may leave it: then nothing is remembered.
            log.warning("epoch_mark_unreadable", path=str(self._path / "mark"))
            return None

    def keep(self, mark: RestoreMark) -> None:
        fresh = self._path / f"mark.{os.getpid()}"
        fresh.write_text(json.dumps({"epoch": mark.epoch, "count": mark.count}))
        fresh.replace(self._path / "mark")


def mark_file() -> MarkFile:
    """The memory of this data directory."""
    return MarkFile(settings.VAR_DIR / "epoch")


def ensure_current(now: datetime) -> DatabaseState:
    """
    Raise the epoch if the database is in another life than it was, and return what is true then.

    Many processes may do it at the same moment: one of them raises it, and the others find that done.
    """
    remembered = mark_file()
    while True:
        found = _read_database_state(remembered)
        mark = remembered.mark()
        why = _find_reason_to_raise(found, mark)
        if why is None:
            return found
        _begin_epoch(found, now=now, above=mark.epoch if mark else 0, why=why)


def raise_manually(now: datetime) -> tuple[int, int]:
    """Raise the epoch, since somebody knows that another life has begun; return what it was and what it is."""
    remembered = mark_file()
    while True:
        found = _read_database_state(remembered)
        mark = remembered.mark()
        begun = _begin_epoch(found, now=now, above=mark.epoch if mark else 0, why="by hand")
        if begun is not None:
            return found.epoch, begun


def leave_mark(now: datetime) -> int:
    """
    Leave one more mark in the database, and remember it outside: whoever puts back what was before will be noticed.

    It is left in the database first. A mark that only the database knows of, since the process was killed in between,
    proves nothing and harms nobody.
    """
    found = ensure_current(now)
    remembered = mark_file()
    count = _increment_mark(remembered.named(), found.count)
    if count is None:  # Another process of this directory was quicker, or the database is another one since we looked.
        return 0
    remembered.keep(RestoreMark(found.epoch, count))
    return 1


def _find_reason_to_raise(found: DatabaseState, mark: RestoreMark | None) -> str | None:
    """In which way the database is not what it was when its epoch began, or None if it is."""
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
    """Begin another epoch, higher than any we know of; None if somebody has done so since we looked."""
    epoch = max(found.epoch, above, int(now.timestamp() * 1_000)) + 1 + secrets.randbelow(RANDOM_STEP_MAX)
    if connection.vendor == "postgresql":
        place, values = _LOCATION_SQL.format(transaction="pg_current_xact_id()::xid"), []
    else:
        place, values = "%s", [found.here]
    # No savepoint: within one, the row would bear another transaction's number than the one that is asked for.
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
    """Count one more mark of this directory, unless there are not as many any more as we saw."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_mark (directory, count) VALUES (%s, 1)"
            " ON CONFLICT (directory) DO UPDATE SET count = core_mark.count + 1 WHERE core_mark.count = %s"
            " RETURNING count",
            [directory if connection.vendor == "postgresql" else directory.hex, count],
        )
        row = cursor.fetchone()
    # One that begins to count again is another database than that which we looked at.
    return count + 1 if row is not None and row[0] == count + 1 else None
