"""Every row of the database before and after an attack, whose rows they are, and the database put back as it was."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import CompositePrimaryKey, Model

from superapp.accounts.models import User
from tests.harness import databases

# What every request may write, whoever sends it and whatever becomes of it.
NOISE_TABLES = {
    "django_session": "a session belongs to the browser that sent its cookie",
    "accounts_ratecount": "limits count what was refused, too",
    "notifications_lastactive": "when somebody was last there is noted by sockets of earlier tests, too",
}
NOISE_COLUMNS = {
    ("accounts_device", "last_seen_at"): "that a device was in use is noted once a minute",
    ("core_instance", "changes"): "counts the transactions of SQLite",
}
# What came with a migration, and nobody else writes.
STATIC_TABLES = {
    "addresses_region",
    "addresses_regiondataset",
    "addresses_regionword",
    "auth_permission",
    "django_content_type",
    "shop_transition",
}
# Rows that name nobody. An operation on oneself may add such rows, and changes none that was there.
NOBODYS_TABLES = {"core_fact", "payments_request", "accounts_logincode", "accounts_developersms"}

Row = tuple[str, ...]
Rows = Mapping[str, Sequence[tuple[Any, ...]]]


def read_rows() -> Rows:
    """Return every row of every table, noise left out."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in _tables().items():
            cursor.execute(f'SELECT {", ".join(columns)} FROM "{table}"')  # Names of our own models.
            found[table] = cursor.fetchall()
    return found


def changed_tables(before: Rows, after: Rows) -> set[str]:
    """Return the tables in which a row was added, changed or removed."""
    return {
        table
        for table in before
        # The same rows may come in another order.
        if before[table] != after[table] and _as_text(before[table]) != _as_text(after[table])
    }


def changes_of_others(before: Rows, after: Rows, *, user_id: int) -> list[str]:
    """
    Return the rows that were added, changed or removed and are not this person's alone, each with its table.

    A row is somebody's if it refers to them, or to a row that is theirs; one that refers to two people is not one
    person's alone.
    """
    people = {"before": _People(before), "after": _People(after)}
    found = []
    for table in sorted(changed_tables(before, after)):
        was, is_now = _as_text(before[table]), _as_text(after[table])
        for sign, rows, of in (("-", was - is_now, people["before"]), ("+", is_now - was, people["after"])):
            for row in rows:
                if sign == "+" and table in NOBODYS_TABLES:
                    continue
                if of.named_in(table, row) != {repr(user_id)}:
                    found.append(f"{sign} {table} {dict(zip(_tables()[table], row, strict=True))}")
    return found


def _as_text(rows: Sequence[tuple[Any, ...]]) -> frozenset[Row]:
    return frozenset(tuple(map(repr, row)) for row in rows)


class _People:
    """The people named in each row of one state of the database."""

    def __init__(self, rows: Rows) -> None:
        self._by_key = {
            table: {row[_tables()[table].index(_key_column(model))]: row for row in _as_text(rows[table])}
            for table, model in _models().items()
            if not isinstance(model._meta.pk, CompositePrimaryKey) and table in rows
        }

    def named_in(self, table: str, row: Row) -> set[str]:
        """Return the ids of the people to whom a row refers, however far."""
        model = _models()[table]
        values = dict(zip(_tables()[table], row, strict=True))
        if model is User:
            return {values['"id"']}
        named: set[str] = set()
        for field in model._meta.concrete_fields:
            value = values.get(f'"{field.column}"', "None")
            if value == "None":
                continue
            if field.column == "user_id" or field.related_model is User:
                named.add(value)
            elif field.related_model is not None:
                there = field.related_model._meta.db_table
                named |= self.named_in(there, self._by_key[there][value])
        return named


@cache
def _models() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _key_column(model: type[Model]) -> str:
    return f'"{model._meta.pk.column}"'


@cache
def _tables() -> dict[str, list[str]]:
    """Return the columns of each table that is looked at."""
    return {
        table: [
            f'"{field.column}"'
            for field in model._meta.concrete_fields
            if field.column and (table, field.column) not in NOISE_COLUMNS
        ]
        for table, model in sorted(_models().items())
        if table not in NOISE_TABLES and table not in STATIC_TABLES
    }


class Frozen:
    """The database in use as it is now, to be had again and again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = str(connections.databases["default"]["NAME"])
        self._copies = 0
        self._back = ""

    def freeze(self) -> None:
        """Keep what is in the database now."""
        with connection.cursor() as cursor:
            if not settings.SERVED:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            cursor.execute("CREATE SCHEMA frozen")
            for table in _models():
                cursor.execute(f'CREATE TABLE frozen."{table}" AS TABLE public."{table}"')
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'")
            self._back = _way_back(cursor.fetchall())

    def restore(self) -> None:
        """Have everything as it was: of SQLite a fresh copy of the file, of PostgreSQL the rows, past all guards."""
        if settings.SERVED:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(self._back)
            return
        self._copies += 1
        copy = self._directory / f"attacked-{self._copies}.sqlite3"
        shutil.copyfile(self._name, copy)
        databases.use_database(str(copy))


def _way_back(guards: Sequence[tuple[str, str]]) -> str:
    """Return the statements that put the frozen rows of PostgreSQL back, while the guards look away."""
    steps = ["SET LOCAL session_replication_role = replica"]
    steps += [f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for table, name in guards]
    steps += [f'DELETE FROM public."{table}"' for table in _models()]
    steps += [f'INSERT INTO public."{table}" TABLE frozen."{table}"' for table in _models()]
    steps += [f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"' for table, name in guards]
    return "; ".join(steps)
