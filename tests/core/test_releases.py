"""Released versions: nothing of their history is rewritten, and each can be upgraded from, with its data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests import releases
from tests.releases import POSTGRES, ROOT, SQLITE, Release
from tests.runtime.conftest import manage

KEPT = releases.kept()
# Tables whose rows a migration may change, with the reason.
CHANGED = {
    "shop_transition": "the moves of an order, as the version knows them",
    "django_migrations": "what was applied is written down",
    "django_content_type": "one for each model",
    "auth_permission": "four for each model",
}


WORK = "from superapp.core.scheduler import SchedulerLoop; loop = SchedulerLoop(); [loop.run_due() for _ in range(10)]"


def rewritten(release: Release, migrations: dict[str, str]) -> list[str]:
    """Name the migrations of a release that are not what they were."""
    return [path for path, digest in release.migrations.items() if migrations.get(path) != digest]


def unmigrated_sql(release: Release, migrations: dict[str, str], sql: dict[str, str]) -> list[str]:
    """Name the SQL that changed since a release, in apps without a new migration that could install it."""
    changed = {path for path in release.sql.keys() | sql.keys() if release.sql.get(path) != sql.get(path)}
    migrated = {path.partition("/migrations/")[0] for path in migrations.keys() - release.migrations.keys()}
    return sorted(path for path in changed if path.partition("/sql/")[0] not in migrated)


def test_releases_are_kept():
    assert [release.version for release in KEPT][:2] == ["0.1.0", "0.2.0"]


@pytest.mark.parametrize("release", KEPT, ids=lambda release: release.version)
def test_released_migrations_are_never_rewritten(release):
    assert len(release.migrations) > 20

    assert rewritten(release, releases.migrations_of(ROOT)) == []


def test_guards_and_functions_that_changed_since_the_last_release_have_a_migration():
    # Without one, databases that are there would keep the old ones, and old code would take them for its own.
    assert unmigrated_sql(KEPT[-1], releases.migrations_of(ROOT), releases.sql_of(ROOT)) == []


def test_migration_that_was_edited_or_removed_is_found():
    [edited, removed, *_] = now = dict(KEPT[0].migrations)
    now[edited] = "another"
    del now[removed]

    assert rewritten(KEPT[0], now) == [edited, removed]


def test_guards_without_a_migration_are_found():
    release = KEPT[0]
    path = "payments/sql/sqlite_guards.sql"

    found = unmigrated_sql(release, release.migrations, {**release.sql, path: "another"})

    assert found == [path]


@contextmanager
def restored(release: Release, directory: Path, env: dict[str, str]) -> Iterator[dict[str, str]]:
    """The surroundings of a process that uses this release's database, as it was."""
    if not settings.SERVED:
        releases.restore_sqlite(release.dump(SQLITE), directory / "nusa.sqlite3")
        yield {**env, "VAR_DIR": str(directory)}
        return
    name = f"nusa_release_{release.version}"
    server = settings.DATABASE_URL.rpartition("/")[0]
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as database:
        database.execute(f'CREATE DATABASE "{name}"')
        try:
            releases.restore_postgres(release.dump(POSTGRES), f"{server}/{name}")
            yield {**env, "VAR_DIR": str(directory), "DATABASE_URL": f"{server}/{name}", "SMS_INBOX": "1"}
        finally:
            database.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def counted(env: dict[str, str], tables: list[str]) -> dict[str, int]:
    if settings.SERVED:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            return releases.count_rows(database.cursor(), tables)
    with sqlite3.connect(Path(env["VAR_DIR"]) / "nusa.sqlite3") as database:
        return releases.count_rows(database.cursor(), tables)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("release", KEPT, ids=lambda release: release.version)
def test_upgrade_from_a_release_keeps_every_row_and_puts_every_guard_in_place(release, real_db, tmp_path):
    before = release.rows[POSTGRES if settings.SERVED else SQLITE]
    tables = [table for table in before if table not in CHANGED]
    with restored(release, tmp_path, real_db.env) as env:
        assert counted(env, tables) == {table: before[table] for table in tables}

        migrated = manage("migrate", env=env)
        after = counted(env, tables)
        # What fell due since the release is done first, as the upgraded product would: it must know its old timers.
        worked = manage("shell", "--no-imports", "--command", WORK, env=env)
        proofs = {
            command: manage(*command.split(), env=env)
            for command in ("check --database default", "check_ledger", "check_shop", "migrate --check")
        }

    assert (migrated.returncode, worked.returncode) == (0, 0), migrated.stderr + worked.stderr
    assert "work_failed" not in worked.stderr
    assert {command: done.returncode for command, done in proofs.items()} == dict.fromkeys(proofs, 0), proofs
    assert after == {table: before[table] for table in tables}
