"""Presenters of the dispute of an order, in words for buyer and merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.api import OrderDetails, OrderStep
from shop.domain.order_states import ANSWERS_PER_ORDER, DISPUTES_PER_ORDER, FINISHED, OFFER_TRANSITIONS
from shop.queries import order_fees
from superapp.core.money import Money
from superapp.web import time_formats

DISPUTABLE = ("shipped", "delivered")
SENTENCES: dict[str, Promise] = {
    "buyer": gettext_lazy(
        "You reported a problem on {day}. The money stays safe until it is settled: talk to the shop, or wait for "
        "{brand} to decide. If it is solved, withdraw the report."
    ),
    "merchant": gettext_lazy(
        "The buyer reported a problem on {day}. Until it is settled you are not paid: answer here, or wait for {brand} "
        "to decide."
    ),
}
# Sentences about the newest answer, by (role, kind).
ANSWER_SENTENCES: dict[tuple[str, str], Promise] = {
    ("buyer", "answered"): gettext_lazy("The shop answered:"),
    ("buyer", "offered"): gettext_lazy(
        "The shop offers to refund {amount}. If you accept, the other {rest} goes to the shop, and the order is done."
    ),
    ("buyer", "offered_all"): gettext_lazy(
        "The shop offers to refund everything: {amount}. If you accept, the order is cancelled."
    ),
    ("buyer", "declined"): gettext_lazy(
        "You declined the offer of {amount}. {brand} decides, unless the shop makes a better offer first."
    ),
    ("merchant", "answered"): gettext_lazy("Your answer:"),
    ("merchant", "offered"): gettext_lazy("You offered a refund of {amount}. The buyer has not answered yet."),
    ("merchant", "offered_all"): gettext_lazy("You offered to refund everything. The buyer has not answered yet."),
    ("merchant", "declined"): gettext_lazy(
        "The buyer declined your offer of {amount}. Make a new one, or wait for {brand} to decide."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """The part of an order's page about its dispute, open or not, with the forms that it has."""

    sentence: str = ""
    reason: str = ""
    answer_sentence: str = ""
    answer_words: str = ""
    # The number of the offer that stands, which the buyer's answer names.
    offer: int = 0
    offered: Money
    kept: Money
    is_all: bool = False
    can_open: bool
    is_last: bool
    is_used_up: bool
    can_drop: bool
    can_open_again: bool
    can_answer: bool
    can_reply: bool
    reasons: Sequence[str]


def present_dispute(order: OrderDetails, *, now: datetime) -> DisputeView:
    """Return the dispute section of the order page: messages of an open dispute, and the forms."""
    summary, opened = order.summary, _find_open(order)
    is_buyer, is_open = summary.role == "buyer", opened is not None
    left = DISPUTES_PER_ORDER - _count(order, "dispute_opened")
    may_open = is_buyer and not is_open and summary.state in DISPUTABLE
    kept = order_fees.fee_base(summary.total, order.steps)
    last = _last_word(order) if is_open else None
    offered = last.amount if last and last.amount and last.transition == "dispute_answered" else None
    return DisputeView(
        sentence=_opened_sentence(order, opened, now) if opened else "",
        reason=opened.reason if opened else "",
        answer_sentence=_answer_sentence(summary.role, last, kept) if last else "",
        answer_words=last.reason if last else "",
        offer=last.version if last and offered else 0,
        offered=offered or Money(0),
        kept=kept,
        is_all=offered == kept,
        can_open=may_open and left > 0,
        is_last=left == 1,
        is_used_up=may_open and left <= 0,
        can_drop=is_buyer and is_open,
        can_open_again=left > 0,
        can_answer=not is_buyer and is_open and _count(order, "dispute_answered") < ANSWERS_PER_ORDER,
        can_reply=is_buyer and offered is not None,
        reasons=[
            _("Not arrived"),
            _("Damaged"),
            _("Wrong item"),
            _("Something is missing"),
            _("Not as described"),
        ],
    )


def _opened_sentence(order: OrderDetails, opened: OrderStep, now: datetime) -> str:
    day = time_formats.format_date(opened.at, now=now)
    return str(SENTENCES[order.summary.role]).format(day=day, brand=settings.BRAND_NAME)


def _answer_sentence(role: str, last: OrderStep, kept: Money) -> str:
    amount = last.amount or Money(0)
    kind = "declined" if last.transition == "offer_declined" else "offered" if amount else "answered"
    if kind == "offered" and amount == kept:
        kind = "offered_all"
    return str(ANSWER_SENTENCES[role, kind]).format(amount=amount, rest=kept - amount, brand=settings.BRAND_NAME)


def _count(order: OrderDetails, transition: str) -> int:
    return sum(step.transition == transition for step in order.steps)


def _find_open(order: OrderDetails) -> OrderStep | None:
    """Return the step that opened the dispute; None if none is open."""
    told = [step for step in order.steps if step.transition in ("dispute_opened", "dispute_dropped")]
    is_open = bool(told) and told[-1].transition == "dispute_opened" and order.summary.state not in FINISHED
    return told[-1] if is_open else None


def _last_word(order: OrderDetails) -> OrderStep | None:
    """Return the newest answer in an open dispute, of merchant or buyer; None if there is none in force."""
    said = [step for step in order.steps if step.transition in OFFER_TRANSITIONS]
    return said[-1] if said[-1].transition in ("dispute_answered", "offer_declined") else None
