"""The time that `make check` reports, and the budget in CONTRIBUTING."""

from __future__ import annotations

import json
import re

from tests.harness import budget
from tests.harness.running_site import ROOT

PARTS = "begin 1000\nsetup 1005\nlint 1065\ntypes 1125\njs 1131\nsqlite 1431\npostgres 2331\n"


def timings(*tests):
    return json.dumps({"tests": [{"test": name, "kind": kind, "seconds": took} for name, kind, took in tests]})


def test_report_has_each_part_and_the_slowest_tests(tmp_path):
    (tmp_path / "parts.txt").write_text(PARTS)
    (tmp_path / "timings-sqlite.json").write_text(
        timings(("tests/a.py::test_quick", "unit", 10), ("tests/a.py::test_rows", "database", 90))
    )
    (tmp_path / "timings-postgres.json").write_text(
        timings(("tests/b.py::test_sale", "journeys", 80), ("tests/b.py::test_rows", "database", 40))
    )

    said = budget.report(tmp_path)

    assert "Parts: setup 0:05, lint 1:00, types 1:00, js 0:06, sqlite 5:00, postgres 15:00" in said
    assert re.search(r"  lint +2:00 of 1:30  OVER ITS BUDGET\n  unit +0:36 of 1:00\n  database +9:30 of 13:00\n", said)
    assert re.search(r"  journeys +10:00 of 5:30  OVER ITS BUDGET\n", said)
    assert said.endswith("make check took 22:06 of 21:00  OVER ITS BUDGET")
    assert said.index("90.0 s  sqlite    tests/a.py::test_rows") < said.index("80.0 s  postgres  tests/b.py::test_sale")


def test_only_the_twenty_slowest_tests_are_named(tmp_path):
    (tmp_path / "parts.txt").write_text(PARTS)
    (tmp_path / "timings-sqlite.json").write_text(timings(*[(f"t{n}", "unit", n) for n in range(30)]))

    named = re.findall(r"sqlite +(t\d+)", budget.report(tmp_path))

    assert named == [f"t{n}" for n in range(29, 9, -1)]


def test_budget_table_equals_the_checked_budget():
    text = (ROOT / "CONTRIBUTING.md").read_text()

    table = {line: float(minutes) for line, minutes in re.findall(r"^\| (\w+) \| ([\d.]+) \|", text, re.MULTILINE)}

    assert table == {**budget.MINUTES, "together": sum(budget.MINUTES.values())}
