"""After a restore nothing is hidden from a device that was online before, and nothing that was lost is shown."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connections

from superapp.core import epoch
from tests.chat import restoring
from tests.harness import databases


class Keeper:
    """Copies the database of this test, and puts the copy in its place, as an operator does."""

    def __init__(self, name: str, directory: Path) -> None:
        self._name = name
        self._copy = f"{name}_copy" if django_settings.SERVED else str(directory / "copy.sqlite3")

    def copy(self) -> None:
        if django_settings.SERVED:
            databases.close_all()
            self._run(f'CREATE DATABASE "{self._copy}" TEMPLATE "{self._name}"')
        else:
            with closing(sqlite3.connect(self._name)) as origin, closing(sqlite3.connect(self._copy)) as to:
                origin.backup(to)

    def put_back(self) -> None:
        databases.close_all()
        if django_settings.SERVED:
            self._run(f'DROP DATABASE "{self._name}" WITH (FORCE)')
            self._run(f'ALTER DATABASE "{self._copy}" RENAME TO "{self._name}"')
        else:
            for suffix in ("-wal", "-shm"):
                Path(self._name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self._copy, self._name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(django_settings.DATABASE_URL, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]  # Names are ours.


@pytest.fixture
def keeper(real_db, settings, tmp_path) -> Iterator[Keeper]:
    settings.VAR_DIR = tmp_path
    return Keeper(str(connections["default"].settings_dict["NAME"]), tmp_path)


def test_restored_copy_makes_online_clients_resync(keeper, now):
    epoch.ensure_current(now)

    def copy():
        epoch.leave_mark(now)
        keeper.copy()

    def put_back():
        epoch.leave_mark(now)
        keeper.put_back()
        epoch.ensure_current(now)

    town = restoring.lose_a_life(now, copy=copy, put_back=put_back)

    restoring.nothing_is_hidden(town)


def test_undetectable_restore_is_declared_by_raise_epoch(keeper, now):
    """Single tables, or disk and data directory set back together: then the database looks as if nothing had been."""
    epoch.ensure_current(now)
    town = restoring.lose_a_life(now, copy=keeper.copy, put_back=keeper.put_back)

    epoch.raise_manually(now)

    restoring.nothing_is_hidden(town)


def test_device_reconnecting_before_the_restore_is_noticed_resyncs_later(keeper, now):
    epoch.ensure_current(now)
    town = restoring.lose_a_life(now, copy=keeper.copy, put_back=keeper.put_back)
    town.come_back()

    epoch.raise_manually(now)

    restoring.nothing_is_hidden(town)


def test_devices_within_one_epoch_do_not_resync(keeper, now):
    epoch.ensure_current(now)
    town = restoring.Town(now)
    town.say(0, "kept")
    town.say(1, "kept too")
    town.come_back()
    asked = []
    client = town.clients[0]
    ask = client.server.ask
    client.server.ask = lambda do, **fields: asked.append(do) or ask(do, **fields)

    epoch.leave_mark(now)
    epoch.ensure_current(now)
    town.say(0, "new")
    client.connect()

    assert asked == ["sync", "chat.changes"]
    assert town.bodies(client, 0) == ["kept", "new"]
