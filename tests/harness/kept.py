"""
The migrated template and the gathered static files, kept between runs under a digest of all that they are made of.

To make them takes longer than most of what is then tried. Whatever could change the outcome is in the digest, and more:
code is left out only where it lies in a folder that migrations cannot need. `make clean` forgets them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from tests.harness.servers import find

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".pytest_cache" / "kept"
KEPT_MAX = 3
APPS = ("angpao", "chat", "payments", "peer_payments", "shop", "superapp")
# Folders of an app that take requests, act on rows or show them: none of it runs while a database is migrated.
NEVER_MIGRATED = {
    "actions",
    "endpoints",
    "pages",
    "queries",
    "subscribers",
    "templatetags",
    "demo",
    "web",
}


def template_path() -> Path:
    """The file in which the template of this code and these programs is kept, or would be."""
    engine = "postgres" if settings.SERVED else "sqlite"
    version = _version_of_postgres() if settings.SERVED else sqlite3.sqlite_version
    return FOLDER / f"{engine}-{digest(ROOT, sources_of_template(ROOT), version)}"


def static_path() -> Path:
    """The directory for static files as this code gathers them; it sees by itself which of them have changed."""
    sources = [*(ROOT / "superapp" / "web").rglob("*.py"), *(ROOT / "superapp").glob("*.py")]
    path = FOLDER / f"static-{digest(ROOT, sources)}"
    path.mkdir(parents=True, exist_ok=True)
    _forget_old("static")
    return path


def digest(tree: Path, sources: Iterable[Path], *besides: str) -> str:
    """A digest of these files, of the packages they stand on, and of what else is said."""
    found = hashlib.sha256(" ".join([sys.version, *besides]).encode())
    for file in [*sorted(sources), tree / "requirements" / "base.lock"]:
        found.update(f"\0{file.relative_to(tree)}\0".encode() + file.read_bytes())
    return found.hexdigest()[:32]


def sources_of_template(tree: Path) -> list[Path]:
    """The files that a migrated database is made of, and those that make and keep it."""
    files = [file for app in APPS for kind in ("*.py", "*.sql") for file in (tree / app).rglob(kind)]
    migrated = [file for file in files if NEVER_MIGRATED.isdisjoint(file.relative_to(tree).parts)]
    harness = [tree / "tests" / "harness" / name for name in ("databases.py", "kept.py")]
    return [*migrated, *harness, tree / "tests" / "fixtures" / "regions.tsv"]


def keep(kept: Path, *, of: str) -> None:
    """Keep a migrated database, a file or an address, and forget the oldest of those that were kept before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, and others may keep the same at the same moment.
    part = FOLDER / f"{os.getpid()}.part"
    if settings.SERVED:
        subprocess.run([find("pg_dump"), "--format=plain", f"--file={part}", of], check=True)
    else:
        shutil.copyfile(of, part)
    part.replace(kept)
    _forget_old(kept.name.partition("-")[0])


def restore(kept: Path, *, to: str) -> None:
    """Have what was kept in this file, or in the empty database at this address."""
    if settings.SERVED:
        words = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction", f"--file={kept}", to]
        subprocess.run([find("psql"), *words], check=True, stdout=subprocess.DEVNULL)
    else:
        shutil.copyfile(kept, to)


def _forget_old(kind: str) -> None:
    newest_first = sorted(FOLDER.glob(f"{kind}-*"), key=lambda kept: kept.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT_MAX:]:
        # Every worker forgets the same one at the same moment.
        shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)


def _version_of_postgres() -> str:
    return subprocess.run([find("pg_dump"), "--version"], check=True, capture_output=True, text=True).stdout
