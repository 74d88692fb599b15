"""
``python -m tests.harness.run_suite NAME [pytest's words]``: run the suite, and name what is flaky.

A test that fails beside others and passes alone is flaky: journeys wait for browsers and servers that are killed and
started, several at once on few cores. It is printed by its name, counted, and written to
``.pytest_cache/flaky-NAME.txt``; a fault fails twice. With ``NUSA_FLAKY=fail`` a flaky test fails the run, too.

How long each test took is kept in ``.pytest_cache/timings-NAME.json``. Unless ``NUSA_DEPTH`` says otherwise, what means
the same on both databases is tried on one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(".pytest_cache")
LAST_FAILED = CACHE / "v" / "cache" / "lastfailed"
# Pytest's: tests were run, and some failed. Anything else is a fault that no second run excuses.
SOME_FAILED = 1


def main(arguments: Sequence[str]) -> int:
    """Run the suite of this name, and what failed once more alone, and return the exit code."""
    name, *words = arguments
    os.environ.setdefault("NUSA_DEPTH", "check")
    record = CACHE / f"flaky-{name}.txt"
    record.unlink(missing_ok=True)
    LAST_FAILED.unlink(missing_ok=True)
    code = _pytest(words, NUSA_TIMINGS=str(CACHE / f"timings-{name}.json"))
    beside_others = _failed()
    if code != SOME_FAILED or not beside_others:
        return code
    alone_code = _pytest(["--numprocesses", "0", "--last-failed", "--last-failed-no-failures", "none"])
    flaky = sorted(beside_others - _failed())
    if flaky:
        record.write_text("".join(f"{test}\n" for test in flaky))
        print(f"\nFlaky, failed beside others and passed alone ({name}): {len(flaky)}")
        for test in flaky:
            print(f"  {test}")
    if alone_code:
        return alone_code
    return SOME_FAILED if os.environ.get("NUSA_FLAKY") == "fail" else 0


def _pytest(words: Sequence[str], **env: str) -> int:
    command = [sys.executable, "-m", "pytest", "--quiet", *words]
    return subprocess.run(command, env={**os.environ, **env}, check=False).returncode


def _failed() -> set[str]:
    return set(json.loads(LAST_FAILED.read_text())) if LAST_FAILED.exists() else set()


def count() -> int:
    """Print how many flaky tests the last runs of all suites had, each by its name, and return 0."""
    found = {path.stem.removeprefix("flaky-"): path.read_text().split("\n")[:-1] for path in CACHE.glob("flaky-*.txt")}
    total = sum(map(len, found.values()))
    print(f"Flaky tests: {total}")
    for name, tests in sorted(found.items()):
        for test in tests:
            print(f"  {name}: {test}")
    return 0


if __name__ == "__main__":
    sys.exit(count() if sys.argv[1:] == ["--count"] else main(sys.argv[1:]))
