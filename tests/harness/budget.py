"""
``python -m tests.harness.budget``: what `make check` took beside what it may take, and the slowest tests.

`make` writes a line into ``.pytest_cache/parts.txt`` when a part is over (``<name> <seconds since 1970>``), and
``run_suite`` keeps the times of all tests in ``.pytest_cache/timings-<database>.json``.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(".pytest_cache")
SLOWEST = 20
# Minutes of `make check` on two cores; the table of CONTRIBUTING says the same.
MINUTES = {"lint": 1.5, "unit": 1.0, "database": 13.0, "journeys": 5.5}
# Parts of `make`, and the line of the budget they count for; the two suites are split by what their tests ask for.
LINES = {"lint": "lint", "types": "lint", "js": "unit"}
SUITES = ("sqlite", "postgres")


def parts(text: str) -> Iterator[tuple[str, int]]:
    """The parts of a check and how many seconds each took, in their order."""
    marks = [(name, int(at)) for name, at in (line.split() for line in text.splitlines())]
    for (_, before), (name, at) in itertools.pairwise(marks):
        yield name, at - before


def by_line(took: dict[str, int], timings: dict[str, dict[str, object]]) -> dict[str, float]:
    """Return how many seconds each line of the budget took; a suite's are shared out as the times of its tests are."""
    seconds = dict.fromkeys(MINUTES, 0.0)
    for part, line in LINES.items():
        seconds[line] += took.get(part, 0)
    for suite in SUITES:
        tests = timings.get(suite, {}).get("tests", [])
        assert isinstance(tests, list)
        whole = sum(test["seconds"] for test in tests) or 1.0
        for test in tests:
            seconds[test["kind"]] += took.get(suite, 0) * test["seconds"] / whole
    return seconds


def report(directory: Path) -> str:
    """The closing lines of `make check`."""
    took = dict(parts((directory / "parts.txt").read_text()))
    kept = {suite: directory / f"timings-{suite}.json" for suite in SUITES}
    timings = {suite: json.loads(path.read_text()) for suite, path in kept.items() if path.exists()}
    lines = ["", "The slowest tests, with what they set up:"]
    tests = sorted((test["seconds"], suite, test["test"]) for suite, run in timings.items() for test in run["tests"])
    lines += [f"  {seconds:6.1f} s  {suite:8}  {name}" for seconds, suite, name in tests[: -SLOWEST - 1 : -1]]
    lines += ["", "Parts: " + ", ".join(f"{name} {clock(seconds)}" for name, seconds in took.items())]
    for line, seconds in by_line(took, timings).items():
        lines.append(f"  {line:10}{clock(seconds):>6} of {clock(MINUTES[line] * 60)}{_over(seconds, MINUTES[line])}")
    # What is installed the first time is no part of the budget: it is there the next time.
    total, may = sum(took.values()) - took.get("setup", 0), sum(MINUTES.values())
    lines.append(f"make check took {clock(total)} of {clock(may * 60)}{_over(total, may)}")
    return "\n".join(lines)


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _over(seconds: float, minutes: float) -> str:
    return "  OVER ITS BUDGET" if seconds > minutes * 60 else ""


def main() -> int:
    print(report(CACHE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
