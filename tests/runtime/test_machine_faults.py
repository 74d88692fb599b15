"""Failures of the machine are told to the operator in one sentence, and to people as passing."""

from __future__ import annotations

import errno
import os
import sqlite3
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError

from superapp.core import images, infrastructure_errors, metrics
from superapp.core.errors import Unavailable
from superapp.realtime import command_execution
from tests.runtime.conftest import manage

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def caused_by(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def by_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("no")
    cause.sqlite_errorcode = code
    return caused_by(cause)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FULL, "The disk is full: a file cannot be written (No space left on device)."),
        (OSError(errno.EROFS, "Read-only file system", "/srv/x"), "/srv/x cannot be written (Read-only file system)"),
        (by_sqlite(sqlite3.SQLITE_FULL), "The disk with the database is full"),
        (by_sqlite(sqlite3.SQLITE_READONLY_DIRECTORY), "The database in VAR_DIR cannot be written"),
        (by_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), "The disk with the database is full or gives errors"),
        (caused_by(psycopg.errors.DiskFull("no")), "The disk of PostgreSQL is full"),
        (
            caused_by(psycopg.errors.AdminShutdown("terminating connection due to administrator command")),
            "The connection to PostgreSQL broke (terminating connection due to administrator command): see whether",
        ),
        (
            caused_by(psycopg.OperationalError("consuming input failed: server closed\n\tThis probably means")),
            "The connection to PostgreSQL broke (consuming input failed: server closed): see whether it runs",
        ),
        (caused_by(psycopg.errors.ReadOnlySqlTransaction("no")), "This PostgreSQL can only be read"),
    ],
)
def test_machine_error_is_one_sentence(error, sentence):
    said = infrastructure_errors.describe_error(error)

    assert said.startswith(sentence)
    assert "\n" not in said


@pytest.mark.parametrize(
    "error", [ValueError("x"), OperationalError("no such table"), OSError(errno.ECONNRESET, "reset")]
)
def test_other_fault_keeps_its_traceback(error):
    assert infrastructure_errors.describe_error(error) is None


@pytest.mark.parametrize(
    ("error", "where", "reason"),
    [
        (
            'connection to server at "10.1.1.1" failed: FATAL:  password authentication failed for user "nusa"',
            "db:5432",
            'password authentication failed for user "nusa"',
        ),
        ("failed to resolve host 'db': [Errno -2] Name or service not known", "db:5432", "failed to resolve host 'db'"),
        ("connection timeout expired", "db:5432", "connection timeout expired"),
    ],
)
def test_unreachable_database_is_reported_with_server_and_reason(error, where, reason):
    said = infrastructure_errors.describe_unreachable_postgres(host="db", port="", error=error)

    assert said.startswith(f"PostgreSQL at {where} cannot be reached ({reason}")


def test_unwritable_directory_is_named_at_start():
    env = {"PATH": os.environ["PATH"], "VAR_DIR": "/sys"}

    refused = manage("serve", "--port", "0", env=env)

    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "/sys" in refused.stderr


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise FULL

    monkeypatch.setattr(images.os, "fsync", refuse)


def test_picture_on_a_full_disk_leaves_no_file(tmp_path, full_disk):
    with pytest.raises(OSError, match="No space left"):
        images.write_atomically(tmp_path / "ab" / "picture.webp", b"x")

    assert list((tmp_path / "ab").iterdir()) == []


def test_command_on_a_full_disk_is_refused_as_temporary():
    refusal = command_execution.to_domain_error(FULL, "test")

    assert isinstance(refusal, Unavailable)
    assert refusal.retry_after == 5


def test_free_disk_space_is_a_metric():
    [family] = metrics.FreeDisk().collect()

    assert family.name == "nusa_disk_free_bytes"
    assert family.samples[0].value > 0


@pytest.mark.parametrize(("bucket", "free"), [("", 7), ("nusa", 70)])
def test_free_room_is_that_of_the_disk_of_media_unless_a_store_has_them(settings, monkeypatch, tmp_path, bucket, free):
    settings.MEDIA_S3_BUCKET, settings.MEDIA_ROOT = bucket, tmp_path
    rooms = {tmp_path: 7}
    monkeypatch.setattr(metrics.shutil, "disk_usage", lambda place: SimpleNamespace(free=rooms.get(place, 70)))

    [family] = metrics.FreeDisk().collect()

    assert [sample.value for sample in family.samples] == [free]


def test_summary_of_an_error_quotes_neither_statement_nor_value():
    error = caused_by(
        psycopg.errors.DiskFull("could not extend file\nCONTEXT: SQL statement INSERT … VALUES ('rahasia')")
    )

    assert infrastructure_errors.summarize(error) == "could not extend file"
