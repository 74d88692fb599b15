"""Presenters of a buyer's request to cancel an order that the shop has accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from shop.api import OrderDetails
from superapp.web import time_formats

ASKABLE = ("accepted", "packed")
# Sentences by (role, newest step about it).
SENTENCES: dict[tuple[str, str], Promise] = {
    ("buyer", "cancel_requested"): gettext_lazy(
        "You asked the shop on {day} to cancel. If it agrees, you get a full refund right away."
    ),
    ("buyer", "cancel_declined"): gettext_lazy("The shop did not agree to cancel, and goes on with your order."),
    ("merchant", "cancel_requested"): gettext_lazy(
        "The buyer asked on {day} to cancel. Answer before you ship: if you agree, they get a full refund."
    ),
    ("merchant", "cancel_declined"): gettext_lazy("You did not agree to cancel. Ship the order in time."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationView:
    """The request to cancel as the order's page shows it, with the forms of this role."""

    sentence: str = ""
    reason: str = ""
    can_ask: bool = False
    can_answer: bool = False


def present_cancellation(order: OrderDetails, *, now: datetime) -> CancellationView:
    """Return the request to cancel, as it stands; empty once the order is shipped or over."""
    role = order.summary.role
    if order.summary.state not in ASKABLE:
        return CancellationView()
    told = [step for step in order.steps if step.transition in ("cancel_requested", "cancel_declined")]
    if not told:
        return CancellationView(can_ask=role == "buyer")
    newest = told[-1]
    day = time_formats.format_date(newest.at, now=now)
    return CancellationView(
        sentence=str(SENTENCES[role, newest.transition]).format(day=day),
        reason=newest.reason,
        can_answer=role == "merchant" and newest.transition == "cancel_requested",
    )
