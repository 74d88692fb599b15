"""
Released versions: their schema with data, kept for both engines, and the digests of their migrations.

``python -m tests.releases`` keeps the version that ``pyproject.toml`` names, once, when it is released. Tests upgrade
from everything that was kept, and see that no migration of a release is rewritten.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from tests.harness.servers import find

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "fixtures" / "releases"
SQLITE, POSTGRES = "sqlite", "postgres"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """
    A released version.

    ``migrations`` and ``sql`` are SHA-256 digests by path, ``rows`` counts the rows of each table by engine, and
    ``commit`` is where the code was.
    """

    version: str
    commit: str
    migrations: dict[str, str]
    sql: dict[str, str]
    rows: dict[str, dict[str, int]]

    def dump(self, engine: str) -> Path:
        return FOLDER / self.version / f"{engine}.sql.xz"


def kept() -> list[Release]:
    """Return every release that was kept, oldest first."""
    found = [msgspec.json.decode(path.read_bytes(), type=Release) for path in FOLDER.glob("*/release.json")]
    return sorted(found, key=lambda release: [int(part) for part in release.version.split(".")])


# Where a migration imports our own code from may change when a module moves; nothing else of it may.
_OWN_IMPORTS = re.compile(rb"^(?:from|import) (?:superapp|chat|shop|payments)\b.*\n", re.MULTILINE)


def digests(tree: Path, *patterns: str) -> dict[str, str]:
    """Return the digest of every file of ours in ``tree`` that matches one of the patterns, by its path."""
    paths = sorted(path for pattern in patterns for path in tree.glob(pattern) if ".venv" not in path.parts)
    return {str(path.relative_to(tree)): hashlib.sha256(_digested(path)).hexdigest() for path in paths}


def _digested(path: Path) -> bytes:
    content = path.read_bytes()
    return _OWN_IMPORTS.sub(b"", content) if path.suffix == ".py" else content


def migrations_of(tree: Path) -> dict[str, str]:
    """Return the digests of all migrations of a tree, without the lines that import our own code."""
    return digests(tree, "*/migrations/[0-9]*.py", "superapp/*/migrations/[0-9]*.py")


def sql_of(tree: Path) -> dict[str, str]:
    """Return the digests of the SQL that guards and functions are made of. Proofs are questions and install nothing."""
    found = digests(tree, "*/sql/*.sql", "superapp/*/sql/*.sql")
    return {path: digest for path, digest in found.items() if not path.endswith(("/proof.sql", "_reverse.sql"))}


def restore_sqlite(dump: Path, file: Path) -> None:
    """Make a database file of a dump."""
    with sqlite3.connect(file, isolation_level=None) as database:
        database.executescript(lzma.decompress(dump.read_bytes()).decode())
    database.close()


def restore_postgres(dump: Path, url: str) -> None:
    """Fill an empty database with a dump."""
    psql = [find("psql"), "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--output", os.devnull, url]
    subprocess.run(psql, input=lzma.decompress(dump.read_bytes()), check=True)


def dump_sqlite(file: Path) -> bytes:
    """Return the SQL that makes this database file again."""
    with sqlite3.connect(file) as database:
        lines = list(database.iterdump())
    database.close()
    return compressed("\n".join(lines) + "\n")


def dump_postgres(url: str) -> bytes:
    """Return the SQL that makes this database again, whoever owns it there."""
    argv = [find("pg_dump"), "--no-owner", "--no-privileges", "--no-comments", url]
    text = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    # Commands of newer versions of psql, which an older one does not know.
    return compressed(re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE))


def compressed(text: str) -> bytes:
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def count_rows(cursor: Any, tables: list[str]) -> dict[str, int]:
    """Count the rows of these tables."""
    rows = {}
    for table in sorted(tables):
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        rows[table] = cursor.fetchone()[0]
    return rows
