"""The same random traffic leaves the same rows on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from payments.maintenance import integrity_checks
from tests.payments import traffic

ROOT = Path(__file__).resolve().parents[2]
STEPS = 250


@pytest.fixture
def embedded(tmp_path):
    """Run the traffic in a process of its own, on an embedded instance of its own."""
    ours = {"DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "BEHIND_PROXY"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "superapp.settings", "PYTHONPATH": str(ROOT)}

    def run(seed: int):
        (tmp_path / "nusa.sqlite3").unlink(missing_ok=True)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        command = [sys.executable, "-m", "tests.payments.traffic", str(seed), str(STEPS)]
        done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    return run


@pytest.mark.served_only
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_same_traffic_leaves_the_same_rows_on_both_databases(seed, real_db, embedded):
    answers = traffic.Traffic(seed).run(STEPS)
    there = embedded(seed)

    here = traffic.dump()
    assert json.loads(json.dumps(answers)) == there["answers"]
    assert here.keys() == there["rows"].keys()
    for table in here:
        assert here[table] == there["rows"][table], table
    assert there["findings"] == []
    assert integrity_checks.check_integrity(now=traffic.NOW) == []
    codes = {row[4] for row in here["request"]}
    # Traffic that meets nothing shows nothing.
    assert codes >= {
        "", "payments.insufficient_funds", "payments.ceiling_exceeded", "payments.account_not_open",
        "payments.hold_resolved",         "payments.refund_exceeds", "payments.to_oneself",
    }  # fmt: skip
    assert {row[6] for row in here["transfer"]} == {"posted", "hold", "capture", "void"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(10, 13))
def test_random_traffic_leaves_a_consistent_ledger(seed, real_db):
    traffic.Traffic(seed).run(STEPS)

    assert integrity_checks.check_integrity(now=traffic.NOW) == []
