"""
The catalogue of what the database itself refuses: putting it there, and seeing that it is there.

SQLite drops the triggers of a table in silence when a migration rebuilds it, and an operator can drop anything. So
every migration that touches a guarded table ends with ``install_guards``, a test holds migrations to that, and no
server starts while a guard is missing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint, UniqueConstraint

from payments.rules import Rule
from superapp.core import health

SQL = Path(__file__).parent / "sql"
GUARDED = ("account", "journal", "transfer", "posting", "request", "inbox", "openhold", "refundable")

_SQLITE_TRIGGER = re.compile(
    r"^CREATE TRIGGER (?P<name>\w+) (?:.|\n)*? ON (?P<table>\w+)(?:.|\n)*?^BEGIN .*? END;$", re.MULTILINE
)
_POSTGRES_FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION (?P<name>\w+)\((?:.|\n)*?AS \$body\$(?P<body>(?:.|\n)*?)\$body\$;$", re.MULTILINE
)
# ('journal', 'append_only', 'BEFORE …', the guards' own table in postgres_guards.sql.
_POSTGRES_TRIGGER = re.compile(r"^ +\('(?P<table>\w+)', '(?P<name>\w+)',\s+'BEFORE", re.MULTILINE)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard and function in place, as they are written today; doing it again changes nothing."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            if present >= {f"payments_{table}" for table in GUARDED}:  # Not yet in the middle of the first migrations.
                for name in ("postgres_guards.sql", "postgres_posting.sql"):
                    cursor.execute(_text(name))
            return
        for trigger in _SQLITE_TRIGGER.finditer(_text("sqlite_guards.sql")):
            if trigger["table"] in present:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger['name']}")
                cursor.execute(trigger[0].removesuffix(";"))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every guard and function away, as a migration back to nothing must."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("postgres_posting_reverse.sql", "postgres_guards_reverse.sql"):
                cursor.execute(_text(name))
            return
        for trigger in _SQLITE_TRIGGER.finditer(_text("sqlite_guards.sql")):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger['name']}")


def _install_in_migration(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor.connection)


def _remove_in_migration(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor.connection)


class InstallGuards(migrations.RunPython):
    """The last operation of every migration that touches a guarded table."""

    def __init__(self) -> None:
        super().__init__(_install_in_migration, _remove_in_migration)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [], {})


install_guards = InstallGuards


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Name every guard, function and constraint that should be there and is not, or is not as it should be."""
    found = _missing_on_postgres(connection) if connection.vendor == "postgresql" else _missing_on_sqlite(connection)
    return sorted([*found, *_missing_constraints(connection)])


def _missing_on_sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        there = dict(cursor.fetchall())
    expected = {
        trigger["name"]: trigger[0].removesuffix(";")
        for trigger in _SQLITE_TRIGGER.finditer(_text("sqlite_guards.sql"))
    }
    return [f"trigger {name}" for name, sql in expected.items() if there.get(name) != sql]


def _missing_on_postgres(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname || ' ' || t.tgname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled = 'A'"
            " AND c.relnamespace = 'public'::regnamespace"
        )
        triggers = {name for name, _function in cursor.fetchall()}
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        functions = dict(cursor.fetchall())
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'payments_transfer'::regclass AND convalidated"
        )
        constraints = {name for (name,) in cursor.fetchall()}
    wanted = {
        f"payments_{trigger['table']} payments_{trigger['table']}_{trigger['name']}"
        for trigger in _POSTGRES_TRIGGER.finditer(_text("postgres_guards.sql"))
    }
    bodies = {
        function["name"]: function["body"]
        for name in ("postgres_guards.sql", "postgres_posting.sql")
        for function in _POSTGRES_FUNCTION.finditer(_text(name))
    }
    return [
        *(f"trigger {name}" for name in wanted - triggers),
        *(f"function {name}" for name, body in bodies.items() if functions.get(name) != body),
        *(
            f"constraint {name}"
            for name in ("payments_transfer_debit_asset", "payments_transfer_credit_asset")
            if name not in constraints
        ),
    ]


def _missing_constraints(connection: BaseDatabaseWrapper) -> list[str]:
    absent = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("payments").get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            absent += [
                f"constraint {constraint.name}"
                for constraint in model._meta.constraints
                if isinstance(constraint, (CheckConstraint, UniqueConstraint))
                and constraint.name not in there
                # Of these the triggers are looked for.
                and not (isinstance(constraint, Rule) and connection.vendor == "postgresql")
            ]
    return absent


def _text(name: str) -> str:
    return (SQL / name).read_text()


class GuardsMissing(RuntimeError):
    """Something that the database must refuse by itself would be let through; nothing may serve."""


@health.essential
def require() -> None:
    """
    Refuse to go on while a guard is missing.

    :raises GuardsMissing: naming what is missing
    """
    absent = missing(connection)
    if absent:
        raise GuardsMissing(f"missing in the database: {', '.join(absent)}. 'manage.py install_guards' puts them back.")


@register(Tags.database)
def check_guards(databases: Collection[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """For ``manage.py check --database default``, and for ``migrate`` once there is nothing left to migrate."""
    if not databases or not _is_migrated():
        return []
    absent = missing(connection)
    if not absent:
        return []
    return [
        Error(f"missing in the database: {', '.join(absent)}", hint="Run manage.py install_guards.", id="payments.E001")
    ]


class Watch:
    """Looks again half a minute after everything was there, and at once after something was not."""

    SECONDS = 30.0

    def __init__(self) -> None:
        self._until = 0.0

    def __call__(self) -> str | None:
        if time.monotonic() < self._until:
            return None
        absent = missing(connection)
        if absent:
            return f"missing in the database: {', '.join(absent)}"
        self._until = time.monotonic() + self.SECONDS
        return None


health.check("guards")(Watch())


def _is_migrated() -> bool:
    """Whether every migration of ours is applied: the guards change with them, and the last of them puts them there."""
    loader = MigrationLoader(connection)
    ours = {key for key in loader.graph.nodes if key[0] == "payments"}
    return ours <= set(loader.applied_migrations)
