"""Migrating: one process at a time, and never by code that is older than the database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from superapp.core import guards, health, process_locks, schema_version
from superapp.core.process_locks import ProcessLock
from tests.harness.running_site import ROOT
from tests.runtime.conftest import manage

FUTURE = ("chat", "9999_from_a_newer_version")
SENTENCE = (
    "A newer version of this product has migrated this database (chat.9999_from_a_newer_version): "
    "start that version, since this one would damage what it keeps."
)


@contextmanager
def empty_database(directory: Path, env: dict[str, str]) -> Iterator[dict[str, str]]:
    """The surroundings of a process whose database holds nothing yet."""
    if not settings.SERVED:
        yield {**env, "VAR_DIR": str(directory)}
        return
    name = f"nusa_empty_{directory.parent.name}_{directory.name}".replace("-", "_")[:60]
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as database:
        database.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {
                **env,
                "VAR_DIR": str(directory),
                "DATABASE_URL": f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}",
            }
        finally:
            database.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def newer_database(real_db):
    MigrationRecorder(connection).record_applied(*FUTURE)
    return real_db


@pytest.mark.timeout(240)
def test_concurrent_migrations_both_succeed(real_db, tmp_path):
    with empty_database(tmp_path, real_db.env) as env:
        both = [
            subprocess.Popen(
                [sys.executable, "manage.py", "migrate"],
                env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        said = [process.communicate(timeout=200) for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("No migrations to apply" in out for out, _ in said) == [False, True], said
    assert "Another process is migrating this database; waiting" in "".join(err for _, err in said)


def test_migration_waiting_too_long_for_another_fails_in_one_line(real_db):
    with process_locks.hold_exclusive(ProcessLock.MIGRATIONS, seconds_max=5):
        refused = manage("migrate", "--wait-seconds", "0.3", env=real_db.env)

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "Another process is migrating this database; waiting until it is done.",
        (
            "DatabaseIsBeingMigrated: Another process has been migrating this database for more than 0 s: "
            "wait until it is done, or end it, and start again."
        ),
    ]


@pytest.mark.parametrize("command", [("migrate",), ("install_guards",), ("work",)], ids=lambda words: words[0])
def test_command_on_a_newer_database_refuses_in_one_sentence(newer_database, command):
    refused = manage(*command, env=newer_database.env)

    assert (refused.returncode, refused.stderr) == (1, f"DatabaseIsNewer: {SENTENCE}\n")


@pytest.mark.embedded_only
def test_server_on_a_newer_database_refuses_in_one_sentence(newer_database):
    refused = manage("serve", "--port", "0", env=newer_database.env)

    assert (refused.returncode, refused.stderr) == (1, f"DatabaseIsNewer: {SENTENCE}\n")


@pytest.mark.served_only
def test_sockets_on_a_newer_database_refuse_in_one_sentence(newer_database):
    refused = manage("serve_sockets", "--port", "0", env=newer_database.env)

    assert (refused.returncode, refused.stderr) == (1, f"DatabaseIsNewer: {SENTENCE}\n")


@pytest.mark.served_only
def test_pages_on_a_newer_database_refuse_in_one_sentence_and_end(newer_database):
    refused = manage("serve_pages", "--port", "0", env=newer_database.env)

    assert refused.returncode == 4  # Gunicorn's: the application could not be loaded.
    assert f"DatabaseIsNewer: {SENTENCE}\n" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.served_only
def test_runner_on_a_newer_database_refuses_in_one_sentence(newer_database):
    refused = manage("serve_all", env=newer_database.env | {"SMS_INBOX": "1"})

    assert (refused.returncode, refused.stderr) == (1, f"DatabaseIsNewer: {SENTENCE}\n")


def break_a_guard() -> str:
    """Take a trigger away, as a newer version may have, and return how the catalogue names it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER payments_journal_append_only ON payments_journal")
            return "trigger payments_journal payments_journal_append_only"
        cursor.execute("DROP TRIGGER payments_journal_unchanged")
    return "trigger payments_journal_unchanged"


def test_differing_guards_of_a_newer_database_are_left_alone(newer_database):
    broken = break_a_guard()

    refused = manage("install_guards", env=newer_database.env)
    checked = manage("check", "--database", "default", env=newer_database.env)

    assert (refused.returncode, refused.stderr) == (1, f"DatabaseIsNewer: {SENTENCE}\n")
    assert guards.find_missing(connection) == [broken]
    assert guards.GuardMonitor()() == SENTENCE
    assert "core.E001" in checked.stderr
    assert "install_guards" not in refused.stderr + checked.stderr
    with pytest.raises(schema_version.DatabaseIsNewer):
        health.run_startup_checks()


def test_missing_guard_at_the_same_version_is_reinstalled(real_db):
    broken = break_a_guard()

    healed = manage("install_guards", env=real_db.env)

    assert (healed.returncode, healed.stdout) == (0, f"Put back: {broken}.\n")
    assert guards.find_missing(connection) == []


def test_older_database_is_not_called_newer(real_db):
    MigrationRecorder(connection).record_unapplied("chat", "0001_initial")

    assert schema_version.describe_newer(connection) is None
