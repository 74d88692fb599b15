"""
Integrity checks of products, stock, orders and escrow, run nightly; each rule is a query that returns violating rows.

Constraints and triggers enforce what one statement can see; sums and relations between rows are checked here.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import connection

from payments import api as payments
from shop.domain.payment_references import order_reference
from shop.maintenance import guards
from shop.maintenance.order_timers import TIMERS_OVERDUE_AFTER
from shop.models import ShopNight
from shop.queries import orders, pending_purchases
from superapp.core.invariants import Violation, find_violations, load_rules, read_snapshot
from superapp.core.nightly_checks import NightlyCheck
from superapp.core.scheduler import every

RULES = load_rules(Path(__file__).parent.parent / "sql" / "proof.sql")


def check_integrity(*, now: datetime) -> list[Violation]:
    """Check all rules on one database snapshot, and return the violations; empty if everything holds."""
    with read_snapshot():
        findings = [finding for rule, statement in RULES.items() for finding in find_violations(rule, statement)]
        findings += _check_escrow()
    late = orders.list_timers_due_by(now - TIMERS_OVERDUE_AFTER, limit=1)
    return findings + [
        Violation("timers are kept", f"timer of order {timer.order_id}", f"due at {timer.due_at}") for timer in late
    ]


def _check_escrow() -> list[Violation]:
    """Compare the escrow balance of each order with its total, which must be in escrow until it is finished."""
    rule = "what lies in escrow is what unfinished orders cost"
    lies = {name: sen for name, sen in payments.get_escrow_balances().items() if name.startswith("shop.order:")}
    due = {order_reference(order): sen for order, sen in orders.list_unfinished_totals()}
    # A purchase that was just paid: its order is about to be placed.
    paid = {order_reference(order): sen for order, sen in pending_purchases.list_open_totals()}
    due |= {name: sen for name, sen in paid.items() if name in lies}
    wrong = sorted(name for name in lies.keys() | due.keys() if lies.get(name) != due.get(name))
    return [Violation(rule, name, f"{lies.get(name, 0)} lies there, {due.get(name, 0)} should") for name in wrong]


def _describe_violations(now: datetime) -> list[str]:
    found = [str(finding) for finding in check_integrity(now=now)]
    return found + [f"missing in the database: {guard}" for guard in guards.missing(connection)]


nightly = NightlyCheck("orders", ShopNight, _describe_violations)


@every(seconds=300)
def check_nightly(now: datetime) -> int:
    """Run the integrity check of the shop once a night."""
    return nightly.begin(now)
