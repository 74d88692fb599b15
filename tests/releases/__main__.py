"""``python -m tests.releases [--tree DIR]``: keep a release, as fixtures with data for both engines."""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import msgspec
import psycopg

from tests.harness.servers import Postgres, Redis
from tests.releases import (
    FOLDER,
    POSTGRES,
    ROOT,
    SQLITE,
    Release,
    count_rows,
    dump_postgres,
    dump_sqlite,
    migrations_of,
    sql_of,
)

SURROUNDINGS = {
    "PUBLIC_URL": "http://localhost:8000",
    "SECRET_KEY": "of-the-releases-" + "0123456789" * 5,
    "RECEIPT_KEY": "b2YtdGhlLXRlc3RzLTAxMjM0NTY3ODktMDEyMzQ1Njc",
    "SMS_INBOX": "1",
    "DJANGO_SETTINGS_MODULE": "superapp.settings",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="a checkout of the release (default: this one)")
    tree = parser.parse_args().tree.resolve()
    version = tomllib.loads((tree / "pyproject.toml").read_text())["project"]["version"]
    folder = FOLDER / version
    if folder.exists():
        sys.exit(f"{version} was kept already: a release is never rewritten. Raise the version in pyproject.toml.")
    if git(tree, "status", "--porcelain", "--untracked-files=no"):
        sys.exit(f"{tree} has changes that are not committed: what is kept must be what is released.")
    with tempfile.TemporaryDirectory(prefix="nusa-release-") as directory:
        here = Path(directory)
        here.chmod(0o755)  # PostgreSQL, as another user, passes through.
        dumps, rows = zip(_of_sqlite(tree, here), _of_postgres(tree, here), strict=True)
    release = Release(
        version=version,
        commit=git(tree, "rev-parse", "HEAD"),
        migrations=migrations_of(tree),
        sql=sql_of(tree),
        rows={SQLITE: rows[0], POSTGRES: rows[1]},
    )
    folder.mkdir(parents=True)
    release.dump(SQLITE).write_bytes(dumps[0])
    release.dump(POSTGRES).write_bytes(dumps[1])
    (folder / "release.json").write_bytes(msgspec.json.format(msgspec.json.encode(release, order="sorted"), indent=1))
    print(f"Kept {version}: {sum(path.stat().st_size for path in folder.iterdir()) // 1024} KiB in {folder}")


def git(tree: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", tree, *words], check=True, capture_output=True, text=True).stdout.strip()


def _fill(tree: Path, var_dir: Path, **more: str) -> None:
    """Migrate a database from nothing, as this tree does, and make the demo world: people, chats, money, orders."""
    var_dir.mkdir()
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir), **SURROUNDINGS, **more}
    for command in (["migrate", "--verbosity", "0"], ["demo"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=tree, env=env, check=True)


def _of_sqlite(tree: Path, here: Path) -> tuple[bytes, dict[str, int]]:
    _fill(tree, here / "embedded")
    file = here / "embedded" / "nusa.sqlite3"
    with sqlite3.connect(file) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = count_rows(database.cursor(), [name for name in names if not name.startswith("sqlite_")])
    database.close()
    return dump_sqlite(file), rows


def _of_postgres(tree: Path, here: Path) -> tuple[bytes, dict[str, int]]:
    postgres, redis = Postgres(here), Redis(here)
    postgres.start()
    redis.start()
    try:
        with psycopg.connect(postgres.url(), autocommit=True) as database:
            database.execute("CREATE DATABASE nusa")
        _fill(tree, here / "served", DATABASE_URL=postgres.url("nusa"), REDIS_URL=redis.url)
        with psycopg.connect(postgres.url("nusa")) as database:
            found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            rows = count_rows(database.cursor(), [name for (name,) in found])
        return dump_postgres(postgres.url("nusa")), rows
    finally:
        redis.stop()
        postgres.stop()


main()
