"""The lock timeout of processes that answer people."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

# Longer than PostgreSQL takes to detect a deadlock (1 s), and shorter than a person waits for a response.
LOCK_SECONDS_MAX = 2


def set_lock_timeout() -> None:
    """
    Set a lock timeout of ``LOCK_SECONDS_MAX`` for connections that this process opens from now on.

    After a timeout nothing was written, no idempotency key is used up, and the client gets ``unavailable`` and may
    retry.

    For processes that answer people: a row that a forgotten psql session locks would block their threads, one by
    one. Other processes wait without limit: a migration that gives up may leave half an index, and necessary work
    would be delayed by an hour. SQLite has its own timeout.
    """
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        options["options"] = f"-c lock_timeout={LOCK_SECONDS_MAX}s"
