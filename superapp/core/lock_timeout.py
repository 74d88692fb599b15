"""The lock wait limit of processes that answer people."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

# Longer than PostgreSQL takes to find a deadlock (1 s), and shorter than anybody waits for a turn.
LOCK_SECONDS_MAX = 2


def set_lock_timeout() -> None:
    """
    Have connections that this process opens from now on give up on a lock after ``LOCK_SECONDS_MAX``: then nothing was
    written, no key is burned, and whoever asked is told ``unavailable`` and may ask again.

    For processes that answer people: a row that a forgotten session of psql holds open would take their threads, one by
    one. Others wait as long as it takes: a migration that gives up may leave half an index, and what must happen would
    be put off for an hour. SQLite has a patience of its own.
    """
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        options["options"] = f"-c lock_timeout={LOCK_SECONDS_MAX}s"
