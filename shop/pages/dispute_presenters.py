"""Presenters of the dispute of an order, in words for buyer and merchant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.api import OrderDetails, OrderStep
from shop.domain.order_states import DISPUTES_PER_ORDER, FINISHED
from superapp.web import time_formats

DISPUTABLE = ("shipped", "delivered")
SENTENCES: dict[str, Promise] = {
    "buyer": gettext_lazy(
        "You reported a problem on {day}. The money stays safe until it is settled: talk to the shop, or wait for "
        "{brand} to decide. If it is solved, withdraw the report."
    ),
    "merchant": gettext_lazy(
        "The buyer reported a problem on {day}. Until it is settled you are not paid: talk to the buyer, refund all or "
        "a part, or wait for {brand} to decide."
    ),
}


def present_dispute(order: OrderDetails, *, now: datetime) -> dict[str, Any]:
    """Return what the order's page shows of its dispute: the sentence and the reason of an open one, and the forms."""
    summary, opened = order.summary, _find_open(order)
    is_buyer = summary.role == "buyer"
    left = DISPUTES_PER_ORDER - sum(step.transition == "dispute_opened" for step in order.steps)
    may_open = is_buyer and opened is None and summary.state in DISPUTABLE
    return {
        "sentence": opened
        and str(SENTENCES[summary.role]).format(
            day=time_formats.format_date(opened.at, now=now), brand=settings.BRAND_NAME
        ),
        "reason": opened.reason if opened else "",
        "can_open": may_open and left > 0,
        "is_last": left == 1,
        "is_used_up": may_open and left <= 0,
        "can_drop": is_buyer and opened is not None,
        "can_open_again": left > 0,
        "reasons": [
            _("Not arrived"),
            _("Damaged"),
            _("Wrong item"),
            _("Something is missing"),
            _("Not as described"),
        ],
    }


def _find_open(order: OrderDetails) -> OrderStep | None:
    """Return the step that opened the dispute; None if none is open."""
    told = [step for step in order.steps if step.transition in ("dispute_opened", "dispute_dropped")]
    is_open = bool(told) and told[-1].transition == "dispute_opened" and order.summary.state not in FINISHED
    return told[-1] if is_open else None
