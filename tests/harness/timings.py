"""A plugin that keeps how long each test took, with setup and teardown, in the file that ``NUSA_TIMINGS`` names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_seconds: dict[str, float] = {}
_kinds: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    _kinds[report.nodeid] = str(dict(report.user_properties).get("kind", "unit"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = os.environ.get("NUSA_TIMINGS")
    # The workers of this run report to the process that is not one.
    if not path or hasattr(session.config, "workerinput"):
        return
    tests = [{"test": test, "kind": _kinds[test], "seconds": round(took, 2)} for test, took in _seconds.items()]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps({"tests": tests}))
