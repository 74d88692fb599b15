"""Start-up of the embedded server: one process on one data directory, migrated, with static files collected."""

from __future__ import annotations

import fcntl
import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import WARNING, Tags, run_checks
from django.core.management import call_command
from django.db import connection

from superapp.core import reference_data, schema_version


class AnotherServerRunning(Exception):
    """A second server on one SQLite file would not get the hints of the first one's changes."""


def lock_data_directory(var_dir: Path) -> AbstractContextManager[None]:
    """
    Lock this data directory for as long as the context lasts. The lock ends with the process in any case.

    :raises AnotherServerRunning: if another process holds it
    """
    file = (var_dir / "server.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise AnotherServerRunning(
            f"Another server (process {holder}) already serves the data in {var_dir}. "
            "Stop it first, or give this one its own VAR_DIR."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return _shared_until_closed(file)


@contextmanager
def _shared_until_closed(file: object) -> Iterator[None]:
    try:
        yield
    finally:
        file.close()  # type: ignore[attr-defined]


Reporter = Callable[[str], None]


def migrate(say: Reporter = lambda _sentence: None) -> None:
    """
    Apply missing migrations, and report it with ``say``, since it may take minutes; load newer reference data.

    :raises schema_version.DatabaseIsNewer: if the database is ahead of this code
    :raises schema_version.DatabaseIsBeingMigrated: if another process does so for too long
    :raises reference_data.ReferenceDataBroken: if reference data cannot be read
    """
    schema_version.require_not_newer(connection)
    missing = schema_version.missing_migrations(connection)
    if missing:
        say(f"Bringing the database to the newest shape ({missing} migrations).")
        call_command("migrate", verbosity=0, interactive=False)
        say("The database is in the newest shape.")
    else:
        with schema_version.migrating():
            reference_data.load_all()
    connection.close()


def say_warnings(say: Reporter) -> None:
    """Report warnings of the database checks with ``say``; errors end the start by themselves."""
    for message in run_checks(tags=[Tags.database], databases=["default"]):
        if message.level == WARNING:
            say(f"Warning: {message.msg}. {message.hint or ''}".rstrip())
    connection.close()


def collect_static(say: Reporter = lambda _sentence: None) -> None:
    """
    Collect the static files under their hashed names, and report it with ``say``, unless they are unchanged.

    Files collected before are kept, since open pages request them by their old names.
    """
    stamp_path = settings.STATIC_ROOT / ".gathered-from"
    stamp = _static_stamp()
    if stamp_path.exists() and stamp_path.read_text() == stamp:
        return
    say("Gathering the static files.")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp_path.write_text(stamp)


def collect_static_apart(say: Reporter) -> None:
    """
    Collect the static files in a process of its own, while this one has no threads.

    Compressing them takes 150 MB, a third of which a process keeps for as long as it runs.
    """
    child = multiprocessing.get_context("fork").Process(target=collect_static, args=(say,))
    child.start()
    child.join()
    if child.exitcode != 0:
        raise RuntimeError("the static files could not be gathered; the lines above say why")


def _static_stamp() -> str:
    """Return a hash of the content of all static files; a bundle has no modification time of its own."""
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(name) as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()
