"""
Database guards: triggers, functions and constraints that refuse invalid rows, their installation and verification.

SQLite silently drops the triggers of a table when a migration rebuilds it, and an operator can drop any guard. Each
app with guards therefore has a catalog of them, each migration that changes a guarded table ends with
``install_guards`` (a test checks that), and no server starts while a guard is missing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.management.base import CommandError
from django.db import connection, migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint, UniqueConstraint

from superapp.core import health, schema_version

_SQLITE_TRIGGER = re.compile(
    r"^CREATE TRIGGER (?P<name>\w+) (?:.|\n)*? ON (?P<table>\w+)(?:.|\n)*?^BEGIN .*? END;$", re.MULTILINE
)
_SQLITE_COLUMN = re.compile(r"\b(?:NEW|OLD)\.(\w+)")
# A column of another table, which has to be written with its table if a later migration adds or renames it.
_SQLITE_OTHER_COLUMN = re.compile(r"\b([a-z]+_\w+)\.(\w+)")
_POSTGRES_FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION (?P<name>\w+)\((?P<head>(?:.|\n)*?)AS \$body\$(?P<body>(?:.|\n)*?)\$body\$;$",
    re.MULTILINE,
)
_SETTING = re.compile(r"\bSET (\w+) = (.+?)(?=\s+SET\b|\s*$)", re.MULTILINE)
_VOLATILITY = {"IMMUTABLE": "i", "STABLE": "s"}
# Bits of pg_trigger.tgtype; any other property of a trigger sets another bit, or removes that of BEFORE.
_EACH_ROW = 1
_AT = {"BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_SQLITE, _POSTGRES = "sqlite_guards.sql", "postgres_guards.sql"

ExtraCheck = Callable[[BaseDatabaseWrapper], list[str]]


class _Function(NamedTuple):
    """
    The body of a function and the rights it runs with; a correct body is unsafe under another owner or search path.
    """

    body: str
    is_definers: bool
    volatility: str
    settings: frozenset[str]
    is_of_the_tables_owner: bool

    @classmethod
    def written(cls, match: re.Match[str]) -> _Function:
        """Build the function as declared in the SQL file."""
        head = match["head"]
        volatility = next((letter for word, letter in _VOLATILITY.items() if word in head.split()), "v")
        settings = frozenset(f"{name}={value}" for name, value in _SETTING.findall(head))
        return cls(match["body"], "SECURITY DEFINER" in head, volatility, settings, is_of_the_tables_owner=True)


class GuardTrigger(NamedTuple):
    """
    A PostgreSQL trigger of a catalog: its events, its function, and the function's message if it refuses.

    ``table`` and ``function`` are without the prefix of the app; ``name`` is without the table's.
    """

    table: str
    name: str
    at: str
    function: str
    message: str = ""


class _Trigger(NamedTuple):
    """A trigger without a condition: the function it calls, and its events."""

    name: str
    function: str
    at: int
    columns: frozenset[str]

    @classmethod
    def written(cls, app: str, one: GuardTrigger) -> _Trigger:
        """Build the trigger as declared in the catalog: for each row, or for each statement on TRUNCATE."""
        words, _, columns = one.at.partition(" OF ")
        at = sum(_AT[word] for word in words.split() if word != "OR")
        table = f"{app}_{one.table}"
        return cls(
            f"{table} {table}_{one.name}",
            f"{app}_{one.function}",
            at if at & _AT["TRUNCATE"] else at | _EACH_ROW,
            frozenset(filter(None, columns.split(", "))),
        )


@dataclass(frozen=True)
class GuardCatalog:
    """
    The guards of an app: its guarded tables without their prefix, the SQL of its functions and of SQLite's triggers,
    and the triggers of PostgreSQL.

    ``extra_files`` are further files for PostgreSQL, such as functions that write; ``foreign_keys`` are constraints
    by table that no model declares; ``extra_check`` lists what else is missing.
    """

    app: str
    sql: Path
    tables: tuple[str, ...]
    triggers: tuple[GuardTrigger, ...] = ()
    extra_files: tuple[str, ...] = ()
    foreign_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    trigger_rules: type[CheckConstraint] | None = None
    extra_check: ExtraCheck = lambda _connection: []

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Create or replace all guards and functions in their current version. Idempotent."""
        with connection.cursor() as cursor:
            present = set(connection.introspection.table_names(cursor))
            if connection.vendor == "postgresql":
                if present >= {f"{self.app}_{table}" for table in self.tables}:  # False during the first migrations.
                    self._restore_owner(cursor)
                    for name in (_POSTGRES, *self.extra_files):
                        cursor.execute(self.read_sql(name))
                    self._create_triggers(cursor)
                return
            # Tables and columns of later migrations: SQLite renames no table while a trigger names what is not there.
            absent = {f"{self.app}_{table}" for table in self.tables} - present
            columns = {
                table: {column.name for column in connection.introspection.get_table_description(cursor, table)}
                for table in present
                if table.startswith(f"{self.app}_")
            }
            for trigger in _SQLITE_TRIGGER.finditer(self.read_sql(_SQLITE)):
                named = {(trigger["table"], column) for column in _SQLITE_COLUMN.findall(trigger[0])}
                named.update(_SQLITE_OTHER_COLUMN.findall(trigger[0]))
                is_whole = all(column in columns.get(table, ()) for table, column in named)
                if is_whole and not any(table in trigger[0] for table in absent):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger['name']}")
                    cursor.execute(trigger[0].removesuffix(";"))

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Drop all guards and functions, when the migrations are reversed."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self._drop_triggers(cursor)
                for name in reversed((_POSTGRES, *self.extra_files)):
                    cursor.execute(self.read_sql(name.replace(".sql", "_reverse.sql")))
                return
            for trigger in _SQLITE_TRIGGER.finditer(self.read_sql(_SQLITE)):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger['name']}")

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """List all guards, functions and constraints that are missing or differ from their definition."""
        find = self._missing_on_postgres if connection.vendor == "postgresql" else self._missing_on_sqlite
        return sorted([*find(connection), *self._missing_constraints(connection), *self.extra_check(connection)])

    def is_migrated(self, connection: BaseDatabaseWrapper) -> bool:
        """Return whether every migration is applied; the last ones install the guards that this code expects."""
        loader = MigrationLoader(connection)
        ours = {key for key in loader.graph.nodes if key[0] == self.app}
        return bool(ours) and ours <= set(loader.applied_migrations)

    def read_sql(self, name: str) -> str:
        return (self.sql / name).read_text()

    def _missing_on_sqlite(self, connection: BaseDatabaseWrapper) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = dict(cursor.fetchall())
        expected = {
            trigger["name"]: trigger[0].removesuffix(";")
            for trigger in _SQLITE_TRIGGER.finditer(self.read_sql(_SQLITE))
        }
        return [f"trigger {name}" for name, sql in expected.items() if there.get(name) != sql]

    def _missing_on_postgres(self, connection: BaseDatabaseWrapper) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname || ' ' || t.tgname, p.proname, t.tgtype, ARRAY("
                " SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr))"
                " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'public'::regnamespace"
                " WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND t.tgqual IS NULL"
                " AND c.relnamespace = 'public'::regnamespace"
            )
            triggers = {
                _Trigger(name, function, at, frozenset(columns)) for name, function, at, columns in cursor.fetchall()
            }
            functions = self._functions(cursor)
        wanted = {_Trigger.written(self.app, one) for one in self.triggers}
        return [
            *(f"trigger {trigger.name}" for trigger in wanted - triggers),
            *(f"function {name}" for name, one in self._written().items() if functions.get(name) != [one]),
            *self._missing_foreign_keys(connection),
        ]

    def _written(self) -> dict[str, _Function]:
        return {
            match["name"]: _Function.written(match)
            for name in (_POSTGRES, *self.extra_files)
            for match in _POSTGRES_FUNCTION.finditer(self.read_sql(name))
        }

    def _functions(self, cursor: Any) -> dict[str, list[_Function]]:
        """
        Return the functions in the database by name.

        Several under one name mean that an overload could be called instead of ours.
        """
        cursor.execute(
            "SELECT p.proname, p.prosrc, p.prosecdef, p.provolatile, coalesce(p.proconfig, '{}'),"
            " p.proowner = c.relowner FROM pg_proc p JOIN pg_class c ON c.oid = to_regclass(%s)"
            " WHERE p.pronamespace = 'public'::regnamespace",
            [f"{self.app}_{self.tables[0]}"],
        )
        found: dict[str, list[_Function]] = {}
        for name, body, is_definers, volatility, settings, is_of_owner in cursor.fetchall():
            one = _Function(body, is_definers, volatility, frozenset(settings), is_of_owner)
            found.setdefault(name, []).append(one)
        return found

    def _create_triggers(self, cursor: Any) -> None:
        """Create or replace all triggers; they also fire for replicated changes (ENABLE ALWAYS)."""
        for one in self.triggers:
            table, trigger = f"{self.app}_{one.table}", f"{self.app}_{one.table}_{one.name}"
            each, message = "STATEMENT" if "TRUNCATE" in one.at else "ROW", one.message.replace("'", "''")
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
            cursor.execute(
                f"CREATE TRIGGER {trigger} {one.at} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION {self.app}_{one.function}('{message}')"
            )
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")

    def _drop_triggers(self, cursor: Any) -> None:
        cursor.execute(
            "SELECT t.tgname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relname LIKE %s AND c.relnamespace = 'public'::regnamespace",
            [f"{self.app}\\_%"],
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")

    def _restore_owner(self, cursor: Any) -> None:
        """
        Set the owner of our functions to the owner of the tables, since CREATE OR REPLACE keeps a function's owner.
        """
        cursor.execute(
            "SELECT p.oid::regprocedure::text, c.relowner::regrole::text"
            " FROM pg_proc p JOIN pg_class c ON c.oid = to_regclass(%s)"
            " WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY (%s) AND p.proowner <> c.relowner",
            [f"{self.app}_{self.tables[0]}", list(self._written())],
        )
        for function, owner in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} OWNER TO {owner}")

    def _missing_foreign_keys(self, connection: BaseDatabaseWrapper) -> list[str]:
        absent = []
        with connection.cursor() as cursor:
            for table, names in self.foreign_keys.items():
                cursor.execute(
                    "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND convalidated",
                    [f"{self.app}_{table}"],
                )
                there = {name for (name,) in cursor.fetchall()}
                absent += [f"constraint {name}" for name in names if name not in there]
        return absent

    def _missing_constraints(self, connection: BaseDatabaseWrapper) -> list[str]:
        absent = []
        with connection.cursor() as cursor:
            for model in apps.get_app_config(self.app).get_models():
                there = connection.introspection.get_constraints(cursor, model._meta.db_table)
                absent += [
                    f"constraint {constraint.name}"
                    for constraint in model._meta.constraints
                    if isinstance(constraint, (CheckConstraint, UniqueConstraint))
                    and constraint.name not in there
                    and not self._is_triggered(connection, constraint)
                ]
        return absent

    def _is_triggered(self, connection: BaseDatabaseWrapper, constraint: CheckConstraint | UniqueConstraint) -> bool:
        """Return whether a trigger enforces the constraint; triggers are checked separately."""
        return (
            self.trigger_rules is not None
            and isinstance(constraint, self.trigger_rules)
            and connection.vendor != "sqlite"
        )


catalogs: dict[str, GuardCatalog] = {}


def register_catalog(app: str, sql: Path, **options: Any) -> GuardCatalog:
    """Register an app's catalog; from now on no process starts while one of its guards is missing."""
    return catalogs.setdefault(app, GuardCatalog(app, sql, **options))


class InstallGuards(migrations.RunPython):
    """The last operation of each migration that changes a guarded table. A subclass names the app."""

    app: str

    def __init__(self) -> None:
        super().__init__(self._install, self._remove)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [], {})

    def _install(self, _apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        catalogs[self.app].install(schema_editor.connection)

    def _remove(self, _apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        catalogs[self.app].remove(schema_editor.connection)


class GuardsMissing(CommandError):
    """A guard of the database is missing, so that no process may serve."""


def find_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """List all guards that are missing in this database."""
    return [guard for one in catalogs.values() for guard in one.missing(connection)]


@health.startup_check
def require_all() -> None:
    """
    Check that no guard is missing.

    :raises GuardsMissing: with the names of the missing guards
    """
    absent = find_missing(connection)
    if absent:
        raise GuardsMissing(f"missing in the database: {', '.join(absent)}. 'manage.py install_guards' puts them back.")


@register(Tags.database)
def check_guards(databases: Collection[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Check the guards, for ``manage.py check --database default``, and after ``migrate`` has applied everything."""
    if not databases:
        return []
    newer = schema_version.describe_newer(connection)
    if newer:  # It has other guards, and installing ours would remove some of them.
        return [Error(newer, id="core.E001")]
    return [
        Error(
            f"missing in the database: {', '.join(absent)}",
            hint="Run manage.py install_guards.",
            id=f"{one.app}.E001",
        )
        for one in catalogs.values()
        if one.is_migrated(connection) and (absent := one.missing(connection))
    ]


class GuardMonitor:
    """A health check for guards: repeated half a minute after a success, and at once after a failure."""

    SECONDS = 30.0

    def __init__(self) -> None:
        self._until = 0.0

    def __call__(self) -> str | None:
        if time.monotonic() < self._until:
            return None
        absent = find_missing(connection)
        if absent:
            return schema_version.describe_newer(connection) or f"missing in the database: {', '.join(absent)}"
        self._until = time.monotonic() + self.SECONDS
        return None


health.check("guards")(GuardMonitor())
