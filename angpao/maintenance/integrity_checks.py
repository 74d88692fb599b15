"""Integrity checks of packets, slots and the money set aside for them, run nightly."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import connection

from angpao import queries
from angpao.domain.references import PREFIX
from angpao.maintenance import guards
from angpao.models import AngpaoNight
from payments import api as payments
from superapp.core.invariants import Violation, find_violations, load_rules, read_snapshot
from superapp.core.nightly_checks import NightlyCheck
from superapp.core.scheduler import every

RULES = load_rules(Path(__file__).parent.parent / "sql" / "proof.sql")


def check_integrity() -> list[Violation]:
    """Check all rules on one database snapshot, and return the violations; empty if everything holds."""
    with read_snapshot():
        findings = [finding for rule, statement in RULES.items() for finding in find_violations(rule, statement)]
        return findings + _check_money()


def _check_money() -> list[Violation]:
    """Compare the account of each open packet with the sum of its unopened slots; those of closed packets are empty."""
    rule = "the escrow balance of a packet is the sum of its unopened slots"
    lies = {name: sen for name, sen in payments.get_escrow_balances().items() if name.startswith(f"{PREFIX}:")}
    due = queries.list_unopened_sums()
    wrong = sorted(name for name in lies.keys() | due.keys() if lies.get(name) != due.get(name))
    return [Violation(rule, name, f"{lies.get(name, 0)} lies there, {due.get(name, 0)} should") for name in wrong]


def _describe_violations(_now: datetime) -> list[str]:
    found = [str(finding) for finding in check_integrity()]
    return found + [f"missing in the database: {guard}" for guard in guards.missing(connection)]


nightly = NightlyCheck("angpao", AngpaoNight, _describe_violations)


@every(seconds=300)
def check_nightly(now: datetime) -> int:
    """Run the integrity check of angpao once a night."""
    return nightly.begin(now)
