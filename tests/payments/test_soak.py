"""A minute of random traffic with kills, and the books are proved by us and by others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_ledger_is_consistent_after_a_minute_of_kills():
    db = "postgres" if settings.SERVED else "sqlite"

    done = subprocess.run(
        [sys.executable, "-m", "bench.soak_ledger", "--minutes", "1", "--db", db, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    told = json.loads(done.stdout)
    assert (told["lost"], told["findings"], told["bean_check"]) == (0, [], 0)
    assert told["acknowledged"] >= 100
    assert told["killed"] >= 5
