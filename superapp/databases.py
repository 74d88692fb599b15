"""Django's settings for the database: SQLite when embedded, PostgreSQL with a pool when served."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def describe_database(url: str, *, var_dir: Path, pool_max: int) -> dict[str, object]:
    """Return Django's settings for the database at this address, or for SQLite below ``var_dir`` if it is empty."""
    if not url:
        return {
            "ENGINE": "superapp.core.sqlite",
            "NAME": var_dir / "nusa.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # A database page written repeatedly within 16 MB of the log is copied into the file once.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA wal_autocheckpoint=4000;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "superapp.core.postgres",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # After this many runs of a statement of core.prepared, the server keeps it prepared.
            "prepare_threshold": 3,
            "pool": {
                "min_size": 1,
                "max_size": pool_max,
                "timeout": 3,
                # The pool gives up soon and tries again at the next request. By itself it would wait longer each time
                # and, after an hour without PostgreSQL, notice late that it is back.
                "reconnect_timeout": 1,
            },
        },
    }
