"""
Prepare data directory and servers before Django reads its settings.

``NUSA_TEST_DB=postgres`` runs the suite as served, on a PostgreSQL and a Redis that are started here; without it,
embedded on SQLite. The first process starts PostgreSQL for all; every worker has a Redis of its own, since what is
published there is heard whatever the database number.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import django
from django.conf import settings

from tests.harness import network, servers

PREFIX = "nusa-tests-"
# Enough of the country to try all that is done with regions; all of it would lie in every clone of a database.
REGIONS_FILE = Path(__file__).resolve().parents[1] / "fixtures" / "regions.tsv"
# A clone of the PostgreSQL template is a thousand small files, which most disks make slowly.
IN_MEMORY = Path("/dev/shm")
IN_MEMORY_BYTES_MIN = 4 * 2**30

_running: list[servers.Process] = []
_made: list[Path] = []

redis: servers.Redis | None = None


def begin() -> Path:
    """Set the stage, Django included, and return the directory that all workers of this run share."""
    # Settings that were read before this name the data and the Redis of somebody else.
    assert not settings.configured, "unset DJANGO_SETTINGS_MODULE: the tests read the settings once they have servers"
    shared = _shared_directory()
    here = Path(tempfile.mkdtemp(prefix="worker-", dir=shared))
    for name in declared_variables():
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="superapp.settings",
        READ_TOKENS_PER_SECOND="1000000",  # One person looks for a hundred here.
        VAR_DIR=str(here),
        PUBLIC_URL="http://localhost:8000",
        REGIONS_FILE=str(REGIONS_FILE),
        WALLET_LOOP="open",  # What is tried here moves more than a closed loop may hold.
        SECRET_KEY="of-the-tests-" + "0123456789" * 5,
        LEDGER_KEY="b2YtdGhlLWxlZGdlci0wMTIzNDU2Nzg5LTAxMjM0NTY",
        RECEIPT_KEY="b2YtdGhlLXRlc3RzLTAxMjM0NTY3ODktMDEyMzQ1Njc",
    )
    if os.environ.get("NUSA_TEST_DB", "sqlite") == "postgres":
        _serve(shared, here)
    network.block()
    django.setup()
    # A worker of this run inherits what stands here, and its pytest would read the settings before its servers run.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    return shared


def end() -> None:
    """Stop what was started here, newest first, and leave nothing behind."""
    while _running:
        _running.pop().stop()
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)


def declared_variables() -> list[str]:
    """Return every variable that the settings read, so that the caller's environment does not leak into the tests."""
    settings_text = (Path(__file__).resolve().parent.parent.parent / "superapp" / "settings.py").read_text()
    return re.findall(r"env\.\w+\(\s*\"(\w+)\"", settings_text)


def parent_directory() -> Path:
    """Return where test databases are put: in memory if there is room, and beside other temporary files if not."""
    try:
        free = min(shutil.disk_usage(IN_MEMORY).free, _available_memory())
    except OSError:
        free = 0
    has_room = free >= IN_MEMORY_BYTES_MIN and os.access(IN_MEMORY, os.W_OK)
    return IN_MEMORY if has_room else Path(tempfile.gettempdir())


def _available_memory() -> int:
    found = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _shared_directory() -> Path:
    if "NUSA_TEST_DIRECTORY" not in os.environ:
        _sweep()
        _made.append(Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent_directory())))
        _made[-1].chmod(0o755)  # PostgreSQL, as another user, passes through.
        os.environ["NUSA_TEST_DIRECTORY"] = str(_made[-1])
    return Path(os.environ["NUSA_TEST_DIRECTORY"])


def _sweep() -> None:
    """Remove what runs left behind that were killed."""
    for path in (path for place in (tempfile.gettempdir(), IN_MEMORY) for path in Path(place).glob(f"{PREFIX}*-*")):
        pid = path.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)


def _serve(shared: Path, here: Path) -> None:
    global redis
    if "NUSA_TEST_POSTGRES_URL" not in os.environ:
        postgres = servers.Postgres(shared)
        _start(postgres)
        os.environ["NUSA_TEST_POSTGRES_URL"] = postgres.url()
    redis = servers.Redis(here)
    _start(redis)
    os.environ.update(DATABASE_URL=os.environ["NUSA_TEST_POSTGRES_URL"], REDIS_URL=redis.url)


def _start(process: servers.Process) -> None:
    _running.append(process)
    process.start()
