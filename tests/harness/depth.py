"""
Decide which tests run at which depth: named in ``tests/depth.toml``, each line with its reason.

By itself pytest runs whatever it is given, on the database it is given. ``NUSA_DEPTH=check``, which `make test` says,
leaves to the other database what means the same on both; ``NUSA_DEPTH=deep``, which `make check-deep` says, leaves out
nothing and has generators make many examples.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

DEPTH = os.environ.get("NUSA_DEPTH", "")
LIST = Path(__file__).resolve().parents[1] / "depth.toml"
ENGINES = ("sqlite", "postgres")
# Tests that mean something in one of the two modes alone, and are left to no other.
MODES = ("served_only", "embedded_only")
# A test that has none of these asks no database.
DATABASE_FIXTURES = {"database", "db", "real_db", "clone_of", "django_db_setup", "redis_server"}
# What a test file says that looks at the database in another way: by a process, or by how the instance is set up.
ASKS_OTHERWISE = re.compile(r"SERVED|subprocess|Process\(|manage\(|vendor|[dD]atabase|DATABASE|REDIS|[rR]edis|cursor")

Reasons = Mapping[str, Mapping[str, str]]


def examples(*, check: int, deep: int) -> int:
    """Return how many examples a generator makes at this depth."""
    return deep if DEPTH == "deep" else check


def load_profile() -> None:
    """Have Hypothesis make as many examples as this depth has; no example is too slow, since machines differ."""
    settings.register_profile("nusa", max_examples=examples(check=100, deep=2_000), deadline=None)
    settings.load_profile("nusa")


def reasons() -> Reasons:
    """The list: for ``deep``, ``sqlite`` and ``postgres`` the tests, files or folders, each with its reason."""
    listed: Reasons = tomllib.loads(LIST.read_text())
    return listed


def is_named(nodeid: str, names: Iterable[str]) -> bool:
    """Return whether a test is one of these, or a case of one, or lies in one of these files or folders."""
    parts = re.split(r"(?=\[)|(?=::)|(?=/)", nodeid)
    above = {"".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return not above.isdisjoint(names)


def is_left_to_the_other(nodeid: str, kind: str, *, engine: str, listed: Reasons) -> bool:
    """Return whether the other database runs this in `make check`. Tests that ask no database run beside SQLite."""
    other = ENGINES[engine == "sqlite"]
    if is_named(nodeid, listed[engine]):
        return False
    return is_named(nodeid, listed[other]) or (kind == "unit" and other == "sqlite")


def kind_of(item: pytest.Item) -> str:
    """``journeys`` have a browser, ``unit`` asks no database, and the rest is ``database``."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if "browser" in fixtures:
        return "journeys"
    if fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db") or _asks_otherwise(item.path):
        return "database"
    return "unit"


def choose(config: pytest.Config, items: list[pytest.Item], *, engine: str) -> None:
    """Mark what is deep, and in `make check` leave out what the other database tries."""
    listed = reasons()
    left_out = []
    for item in items:
        kind = kind_of(item)
        item.user_properties.append(("kind", kind))
        if is_named(item.nodeid, listed["deep"]):
            item.add_marker(pytest.mark.deep)
        is_of_one_mode = any(item.get_closest_marker(marker) for marker in MODES)
        if DEPTH != "check" or is_of_one_mode:
            continue
        if is_left_to_the_other(item.nodeid, kind, engine=engine, listed=listed):
            left_out.append(item)
    leave_out(config, items, left_out)


def leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    """Left out, not skipped: nothing is skipped because something is missing."""
    config.hook.pytest_deselected(items=left_out)
    out = set(left_out)
    items[:] = [item for item in items if item not in out]


def put_longest_first(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that none is left for the end, when the other workers have nothing."""
    weights: dict[Path, tuple[float, int]] = {}
    for item in items:
        weights[item.path] = max(weights.get(item.path, (0, 0)), _weight(item))
    # File by file, and in a file as they were, since the tests of a file may share what it has made.
    items.sort(key=lambda item: weights[item.path], reverse=True)


def _weight(item: pytest.Item) -> tuple[float, int]:
    """Return how long a test may take: by its own bound, and by what it starts."""
    bound = item.get_closest_marker("timeout")
    return (bound.args[0] if bound else 0), ("unit", "database", "journeys").index(kind_of(item))


_asking: dict[Path, bool] = {}


def _asks_otherwise(path: Path) -> bool:
    if path not in _asking:
        _asking[path] = ASKS_OTHERWISE.search(path.read_text()) is not None
    return _asking[path]
