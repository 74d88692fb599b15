"""The epoch: raised when the database is in another life, by one of many processes, and never otherwise."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from superapp.core import epoch, health, periodic_tasks
from superapp.core.models import Instance, Job, Mark


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    """A data directory of its own, which remembers nothing yet."""
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def settled(real_db, now):
    """The epoch of a database that was started before."""
    return epoch.ensure_current(now).epoch


def forget_one_mark():
    """The database as it was before the last mark was left, as after a restore or a careless failover."""
    Mark.objects.update(count=Mark.objects.get().count - 1)


def test_first_start_creates_a_unique_epoch(real_db, now):
    assert Instance.objects.get().epoch == 1

    found = epoch.ensure_current(now)

    assert Instance.objects.get().epoch == found.epoch
    assert 0 < found.epoch - int(now.timestamp() * 1_000) <= epoch.RANDOM_STEP_MAX
    assert found.epoch < 2**53  # A number of JavaScript's.


def test_second_start_keeps_the_epoch(settled, now):
    epoch.leave_mark(now)
    epoch.leave_mark(now)

    assert epoch.ensure_current(now).epoch == settled


def test_restore_mark_is_stored_in_database_and_data_directory(settled, now, var_dir):
    epoch.leave_mark(now)
    epoch.leave_mark(now)

    assert Mark.objects.get().count == 2
    assert json.loads((var_dir / "epoch" / "mark").read_text()) == {"epoch": settled, "count": 2}


def test_database_without_a_remembered_mark_raises_the_epoch(settled, now):
    epoch.leave_mark(now)
    epoch.leave_mark(now)

    forget_one_mark()

    raised = epoch.ensure_current(now).epoch
    assert raised > settled
    assert epoch.ensure_current(now).epoch == raised


def test_running_work_loop_detects_a_restore(settled, now):
    epoch.leave_mark(now)
    epoch.leave_mark(now)
    forget_one_mark()

    epoch.leave_mark(now)

    assert Instance.objects.get().epoch > settled


def test_database_of_an_earlier_epoch_raises_the_epoch(settled, now):
    _, second = epoch.raise_manually(now)
    epoch.leave_mark(now)

    Instance.objects.update(epoch=settled)
    with transaction.atomic():  # As if it had been begun here.
        row = epoch._read_database_state(epoch.mark_file())
        Instance.objects.update(place=_place_of_this_transaction(row))

    assert epoch.ensure_current(now).epoch > second


def test_mark_known_only_to_the_database_keeps_the_epoch(settled, now, var_dir):
    epoch.leave_mark(now)
    epoch.leave_mark(now)

    # Killed between the commit and the file.
    (var_dir / "epoch" / "mark").write_text(json.dumps({"epoch": settled, "count": 1}))

    assert epoch.ensure_current(now).epoch == settled


@pytest.mark.parametrize("text", ["", "{", "[]", '{"epoch": 1}', '{"epoch": "x", "count": 2}'])
def test_truncated_mark_file_counts_as_missing(settled, now, var_dir, text):
    epoch.leave_mark(now)
    (var_dir / "epoch" / "mark").write_text(text)

    assert epoch.ensure_current(now).epoch == settled
    assert epoch.leave_mark(now) == 1
    assert json.loads((var_dir / "epoch" / "mark").read_text()) == {"epoch": settled, "count": 2}


@pytest.mark.served_only
def test_recreated_epoch_row_raises_the_epoch(settled, now):
    """A dump that restores the row does so in a transaction of its own, whichever tool made it."""
    kept = Instance.objects.values().get()

    with transaction.atomic():
        Instance.objects.all().delete()
        Instance.objects.create(**kept)

    assert epoch.ensure_current(now).epoch > settled


def test_concurrent_starts_raise_the_epoch_once(settled, now, in_threads, monkeypatch):
    epoch.leave_mark(now)
    epoch.leave_mark(now)
    forget_one_mark()
    begun = []
    begin = epoch._begin_epoch
    monkeypatch.setattr(epoch, "_begin_epoch", lambda *args, **named: begun.append(begin(*args, **named)) or begun[-1])

    results = in_threads(*[lambda: epoch.ensure_current(now).epoch] * 8)

    assert len([one for one in begun if one is not None]) == 1
    assert set(results) == {Instance.objects.get().epoch}
    assert results[0] > settled


def test_mark_left_by_another_process_meanwhile_keeps_the_epoch(settled, now, monkeypatch):
    """Two workers of one directory, or one that runs while another process starts: nothing was lost."""
    epoch.leave_mark(now)
    read, has_left = epoch._read_database_state, []

    def read_while_another_process_leaves_a_mark(remembered):
        found = read(remembered)
        if not has_left:
            has_left.append(True)
            epoch.leave_mark(now)
        return found

    monkeypatch.setattr(epoch, "_read_database_state", read_while_another_process_leaves_a_mark)

    assert epoch.ensure_current(now).epoch == settled
    assert Mark.objects.get().count == 2


@pytest.mark.served_only
def test_other_data_directory_accepts_a_raised_epoch(settled, now, settings, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for directory in (here, there):
        directory.mkdir()
        settings.VAR_DIR = directory
        epoch.leave_mark(now)
        epoch.leave_mark(now)
    Mark.objects.update(count=1)

    raised = epoch.ensure_current(now).epoch
    settings.VAR_DIR = here

    assert raised > settled
    assert epoch.ensure_current(now).epoch == raised
    assert epoch.leave_mark(now) == 1
    assert epoch.ensure_current(now).epoch == raised


def test_two_restores_of_one_copy_have_different_epochs(settled, now):
    """Also by a clock that stands still."""
    raised = set()
    for _ in range(5):
        Instance.objects.update(epoch=settled)
        raised.add(epoch.raise_manually(now)[1])

    assert len(raised) > 1


def test_clock_that_goes_back_does_not_lower_the_epoch(settled, now):
    _, second = epoch.raise_manually(now.replace(year=2020))

    assert second > settled


def test_raise_epoch_command_prints_old_and_new_epoch(settled):
    said = StringIO()

    call_command("raise_epoch", stdout=said)

    raised = Instance.objects.get().epoch
    assert raised > settled
    assert f"was {settled} and is {raised}" in said.getvalue()


def test_process_does_not_start_before_the_epoch_is_settled(real_db):
    health.run_startup_checks()

    assert Instance.objects.get().epoch > 1


def test_idle_database_gets_no_new_marks(settled, now, settings):
    periodic_tasks.leave_mark(now)

    assert periodic_tasks.leave_mark(now) == (1 if settings.SERVED else 0)
    Job.objects.create(name="x", arguments={}, due_at=now, created_at=now)
    assert periodic_tasks.leave_mark(now) == 1


@pytest.mark.embedded_only
def test_restored_older_file_raises_the_epoch(settled, now, real_db, tmp_path):
    file = real_db.var_dir / "nusa.sqlite3"
    epoch.leave_mark(now)
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file)) as origin, closing(sqlite3.connect(copy)) as to:
        origin.backup(to)
    epoch.leave_mark(now)

    connection.close()
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    shutil.copyfile(copy, file)

    assert epoch.ensure_current(now).epoch > settled


@pytest.mark.embedded_only
def test_restored_data_directory_raises_the_epoch(settled, now, var_dir):
    """The stored mark came back with the directory; the files are different all the same."""
    epoch.leave_mark(now)

    shutil.copytree(var_dir / "epoch", var_dir / "kept")
    shutil.rmtree(var_dir / "epoch")
    shutil.copytree(var_dir / "kept", var_dir / "epoch")

    assert epoch.ensure_current(now).epoch > settled


@pytest.mark.embedded_only
def test_file_moved_to_another_data_directory_raises_the_epoch(settled, now, settings, tmp_path):
    epoch.leave_mark(now)
    settings.VAR_DIR = tmp_path / "elsewhere"
    settings.VAR_DIR.mkdir()

    assert epoch.ensure_current(now).epoch > settled


def _place_of_this_transaction(found):
    if connection.vendor == "sqlite":
        return found.here
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        return found.here.rpartition("/")[0] + "/" + cursor.fetchone()[0]
