"""
Databases for tests: one migrated template, cloned in milliseconds for whoever really commits.

It is kept between runs under a digest of all that it is made of (``kept``). A template with rows in it is made from the
migrated one, once for all workers of a run (``make_template_of``).
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.harness import kept

TEMPLATE = "nusa_template"

_numbers = itertools.count(1)
_wrappers: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()


@dataclass(frozen=True)
class ClonedDatabase:
    """
    A database of its own, migrated and empty. ``env`` is what another process needs in order to use it too.
    """

    name: str
    var_dir: Path
    env: dict[str, str]


def remember_connections() -> None:
    """Know every connection of every thread, so that ``close_all`` can close those of threads that forgot to."""
    connection_created.connect(_remember, dispatch_uid="tests.harness.databases")


def _remember(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    _wrappers.add(connection)


def close_all() -> None:
    """Close every connection of every thread; whoever needs one again opens a new one."""
    for wrapper in list(_wrappers):
        wrapper.inc_thread_sharing()
        try:
            # Not close(): inside an atomic block it only makes a note.
            if wrapper.connection is not None:
                wrapper._close()
            wrapper.connection = None
            wrapper.in_atomic_block = False
            wrapper.savepoint_ids = []
            wrapper.atomic_blocks = []
            wrapper.needs_rollback = False
            wrapper.run_on_commit = []
        finally:
            wrapper.dec_thread_sharing()
        _wrappers.discard(wrapper)


def use_database(name: str) -> None:
    """Have all threads open their connections to this database from now on."""
    close_all()
    # All wrappers of all threads share this one dictionary.
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@contextmanager
def lock_between_workers(directory: Path) -> Iterator[None]:
    """Keep the other workers of this run waiting while the block lasts."""
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_template(directory: Path) -> None:
    """Migrate the template, once for all workers of a run, or take the one that was kept."""
    with lock_between_workers(directory):
        if _is_done(directory, TEMPLATE):
            return
        path = kept.template_path()
        if settings.SERVED:
            _run(f'CREATE DATABASE "{TEMPLATE}"')
            use_database(TEMPLATE)
        else:
            use_database(str(_file(directory, TEMPLATE)))
        if path.exists():
            kept.restore(path, to=_place(directory, TEMPLATE))
        else:
            call_command("migrate", verbosity=0, interactive=False)
            _settle()
            kept.keep(path, of=_place(directory, TEMPLATE))
        _done(directory, TEMPLATE)


def make_template_of(directory: Path, name: str, fill: Callable[[], object]) -> None:
    """Make a template with rows in it, once for all workers of a run: whatever ``fill`` commits."""
    make_template(directory)
    with lock_between_workers(directory):
        if _is_done(directory, name):
            return
        before = connections.databases["default"]["NAME"]
        if settings.SERVED:
            _run(f'DROP DATABASE IF EXISTS "{name}"')
            _run(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
            use_database(name)
        else:
            shutil.copyfile(_file(directory, TEMPLATE), _file(directory, name))
            use_database(str(_file(directory, name)))
        try:
            fill()
            _settle()
        finally:
            use_database(str(before))
        _done(directory, name)


def _file(directory: Path, name: str) -> Path:
    return directory / f"{name}.sqlite3"


def _place(directory: Path, name: str) -> str:
    """The address of a template: a database of the server, or a file."""
    return f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}" if settings.SERVED else str(_file(directory, name))


def _settle() -> None:
    """Have all that was written lie in the file itself, and nobody connected: only then can it be copied."""
    if not settings.SERVED:
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    close_all()


def _is_done(directory: Path, name: str) -> bool:
    return (directory / f"{name}.done").exists()


def _done(directory: Path, name: str) -> None:
    close_all()
    (directory / f"{name}.done").touch()


@contextmanager
def cloned_database(directory: Path, template: str = TEMPLATE) -> Iterator[ClonedDatabase]:
    """Use a fresh clone of a template inside the block, and drop it afterwards."""
    before = connections.databases["default"]["NAME"]
    name = f"nusa_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_numbers)}"
    var_dir = directory / name
    var_dir.mkdir()
    try:
        yield _clone(directory, name, var_dir, template)
    finally:
        use_database(str(before))
        if settings.SERVED:
            _run(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(var_dir)


def _clone(directory: Path, name: str, var_dir: Path, template: str) -> ClonedDatabase:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "superapp.settings", "VAR_DIR": str(var_dir)}
    if settings.SERVED:
        _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        env["DATABASE_URL"] = settings.DATABASE_URL.rpartition("/")[0] + f"/{name}"
        use_database(name)
    else:
        shutil.copyfile(_file(directory, template), var_dir / "nusa.sqlite3")
        use_database(str(var_dir / "nusa.sqlite3"))
    return ClonedDatabase(name, var_dir, env)


def _run(statement: str) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]  # Names are ours.
