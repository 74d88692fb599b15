"""
Proving goods and orders: every invariant as a query that names the rows which break it, and the money beside them.

Constraints and triggers refuse what a statement can see; what only sums and neighbours show is proved here.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from payments import api as payments
from shop.actions.timing import TIMERS_LATE_AFTER
from shop.log.placing import reference
from shop.queries import orders
from superapp.core.proof import Finding, one_snapshot, rules_of, run

RULES = rules_of(Path(__file__).parent / "sql" / "proof.sql")


def prove(*, now: datetime) -> list[Finding]:
    """Check every invariant on one snapshot, and return what breaks one; nothing, if all tell the truth."""
    with one_snapshot():
        findings = [finding for rule, statement in RULES.items() for finding in run(rule, statement)]
        findings += _money()
    late = orders.timers_due_since(now - TIMERS_LATE_AFTER, limit=1)
    return findings + [
        Finding("timers are kept", f"timer of order {timer.order_id}", f"due at {timer.due_at}") for timer in late
    ]


def _money() -> list[Finding]:
    """What lies in escrow is what the states of the orders say, order by order."""
    rule = "what lies in escrow is what unfinished orders cost"
    lies = {name: sen for name, sen in payments.escrow_balances().items() if name.startswith("shop.order:")}
    due = {reference(order): sen for order, sen in orders.unfinished_totals()}
    wrong = sorted(name for name in lies.keys() | due.keys() if lies.get(name) != due.get(name))
    return [Finding(rule, name, f"{lies.get(name, 0)} lies there, {due.get(name, 0)} should") for name in wrong]
