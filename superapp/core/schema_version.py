"""
The version of the database (the set of applied migrations), compared with the version of this code.

A database with migrations that this code does not know belongs to newer code: its guards and functions differ from
those that this code would install, and installing older ones would remove protection from newer data. So older code
neither starts on it nor changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from superapp.core import health, process_locks

NAMES_SHOWN_MAX = 3
WAIT_SECONDS_MAX = 600


class DatabaseIsOlder(CommandError):
    """The database lacks migrations that this version of the product has."""


class DatabaseIsNewer(CommandError):
    """The database was migrated by a newer version of the product than this one."""


class DatabaseIsBeingMigrated(CommandError):
    """The database is migrated by another process, for longer than this one was willing to wait."""


@contextmanager
def migrating(*, seconds_max: float = WAIT_SECONDS_MAX, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Let one process at a time change what migrations leave behind. ``on_wait`` is called once if another one does.

    :raises DatabaseIsBeingMigrated: if it still does after ``seconds_max``
    """
    try:
        with process_locks.hold_exclusive(
            process_locks.ProcessLock.MIGRATIONS, seconds_max=seconds_max, on_wait=on_wait
        ):
            yield
    except process_locks.LockTimeout:
        raise DatabaseIsBeingMigrated(
            f"Another process has been migrating this database for more than {seconds_max:.0f} s: "
            "wait until it is done, or end it, and start again."
        ) from None


def unknown_migrations(connection: BaseDatabaseWrapper) -> list[str]:
    """List the applied migrations of installed apps that this code does not have, in the order of their names."""
    loader = MigrationLoader(connection)
    known = {key for key, migration in loader.disk_migrations.items() for key in (key, *migration.replaces)}
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    return sorted(f"{app}.{name}" for app, name in applied - known)


def describe_newer(connection: BaseDatabaseWrapper) -> str | None:
    """Return a sentence if the database belongs to newer code, or None."""
    unknown = unknown_migrations(connection)
    if not unknown:
        return None
    names = ", ".join(unknown[:NAMES_SHOWN_MAX]) + (" and more" if len(unknown) > NAMES_SHOWN_MAX else "")
    return (
        f"A newer version of this product has migrated this database ({names}): "
        "start that version, since this one would damage what it keeps."
    )


def require_not_newer(connection: BaseDatabaseWrapper) -> None:
    """
    Check that the database does not belong to newer code.

    :raises DatabaseIsNewer: with some of the unknown migrations
    """
    sentence = describe_newer(connection)
    if sentence:
        raise DatabaseIsNewer(sentence)


def missing_migrations(connection: BaseDatabaseWrapper) -> int:
    """Count the migrations of this code that are not applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_same(connection: BaseDatabaseWrapper) -> None:
    """
    Check that the database is of exactly this version.

    :raises DatabaseIsNewer: if it is ahead of this code
    :raises DatabaseIsOlder: if it is behind
    """
    require_not_newer(connection)
    missing = missing_migrations(connection)
    if missing:
        raise DatabaseIsOlder(
            f"This database lacks {missing} migrations of this version: start the product, or run manage.py migrate."
        )


@health.startup_check
def require_known() -> None:
    """
    Check at start-up that the database does not belong to newer code.

    :raises DatabaseIsNewer: as ``require_not_newer`` does
    """
    from django.db import connection

    require_not_newer(connection)
