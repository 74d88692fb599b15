"""
The version of the database, which is the set of migrations applied to it, beside the version of this code.

A database that knows migrations which this code does not know belongs to newer code: its guards and functions are not
the ones that this code would install, and installing older ones would take protection away from what the newer code
wrote. So older code neither starts on it nor touches it.
"""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from superapp.core import health

NAMES_SHOWN_MAX = 3


class DatabaseIsOlder(CommandError):
    """The database lacks migrations that this version of the product has."""


class DatabaseIsNewer(CommandError):
    """The database was migrated by a newer version of the product than this one."""


def unknown_migrations(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the applied migrations of installed apps that this code does not have, in the order of their names."""
    loader = MigrationLoader(connection)
    known = {key for key, migration in loader.disk_migrations.items() for key in (key, *migration.replaces)}
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    return sorted(f"{app}.{name}" for app, name in applied - known)


def describe_newer(connection: BaseDatabaseWrapper) -> str | None:
    """Say in one sentence that the database belongs to newer code, or return None."""
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
    Refuse to go on if the database belongs to newer code.

    :raises DatabaseIsNewer: naming some of the migrations that are unknown here
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
    Refuse to go on unless the database is of exactly this version.

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
    Refuse to serve or work on a database that belongs to newer code.

    :raises DatabaseIsNewer: as ``require_not_newer`` does
    """
    from django.db import connection

    require_not_newer(connection)
