"""Presenters of one order in words: state, history, next step, receipts and actions, for buyer and merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shop.api import OrderDetails, OrderStep, OrderSummary
from shop.domain.order_states import FINISHED
from shop.queries import order_fees, photos
from shop.queries.receipts import COMPLETED, PAID, sign_receipts
from superapp.core.money import Money
from superapp.web import time_formats

# Labels of states in lists.
STATE_LABELS: dict[str, Promise] = {
    "paid": pgettext_lazy("order", "Paid"),
    "accepted": pgettext_lazy("order", "Accepted"),
    "packed": pgettext_lazy("order", "Packed"),
    "shipped": pgettext_lazy("order", "On its way"),
    "delivered": pgettext_lazy("order", "Arrived"),
    "completed": pgettext_lazy("order", "Completed"),
    "cancelled": pgettext_lazy("order", "Cancelled"),
}
# Headlines by (role, state).
HEADLINES: dict[tuple[str, str], Promise] = {
    ("buyer", "paid"): gettext_lazy("Your order is with the shop"),
    ("buyer", "accepted"): gettext_lazy("The shop is preparing your order"),
    ("buyer", "packed"): gettext_lazy("Your order is packed"),
    ("buyer", "shipped"): gettext_lazy("Your order is on its way"),
    ("buyer", "delivered"): gettext_lazy("Your order has arrived"),
    ("buyer", "completed"): gettext_lazy("Your order is completed"),
    ("buyer", "cancelled"): gettext_lazy("This order was cancelled"),
    ("merchant", "paid"): gettext_lazy("New order, paid"),
    ("merchant", "accepted"): gettext_lazy("To be packed"),
    ("merchant", "packed"): gettext_lazy("To be shipped"),
    ("merchant", "shipped"): gettext_lazy("On its way to the buyer"),
    ("merchant", "delivered"): gettext_lazy("Delivered to the buyer"),
    ("merchant", "completed"): gettext_lazy("Completed"),
    ("merchant", "cancelled"): gettext_lazy("This order was cancelled"),
}
# Headlines of an order whose delivery is reported by the shop only, by role.
CLAIMED_HEADLINES: dict[str, Promise] = {
    "buyer": gettext_lazy("The shop says your order has arrived"),
    "merchant": gettext_lazy("Marked as delivered by you"),
}
# Headlines of an order with an unanswered request, by (role, request), and labels for the buyer's list.
REQUEST_HEADLINES: dict[tuple[str, str], Promise] = {
    ("buyer", "dispute"): gettext_lazy("Your problem is being settled"),
    ("merchant", "dispute"): gettext_lazy("The buyer reported a problem"),
    ("buyer", "cancel"): gettext_lazy("You asked to cancel"),
    ("merchant", "cancel"): gettext_lazy("The buyer asks to cancel"),
}
REQUEST_LABELS: dict[str, Promise] = {
    "dispute": pgettext_lazy("order", "Problem reported"),
    "cancel": pgettext_lazy("order", "Cancellation requested"),
}
# Sentences about the next step, by (role, state).
NEXT_STEPS: dict[tuple[str, str], Promise] = {
    ("buyer", "paid"): gettext_lazy("Next, the shop accepts it. Until then you can still cancel."),
    ("buyer", "accepted"): gettext_lazy("Next, the shop packs it and hands it to a courier."),
    ("buyer", "packed"): gettext_lazy("Next, the shop hands it to a courier."),
    ("buyer", "shipped"): gettext_lazy("When you have it, confirm here and the shop gets paid."),
    ("buyer", "delivered"): gettext_lazy("Everything OK? Confirm here and the shop gets paid."),
    ("merchant", "paid"): gettext_lazy("Accept it if you can ship it."),
    ("merchant", "accepted"): gettext_lazy("Pack it, then hand it to a courier."),
    ("merchant", "packed"): gettext_lazy("Hand it to a courier, then enter the tracking number here."),
    ("merchant", "shipped"): gettext_lazy("Once the buyer confirms that it arrived, you get paid."),
    ("merchant", "delivered"): gettext_lazy("Once the buyer confirms, you get paid."),
}
# Sentences about the automatic completion of a delivered order, by role.
AUTOMATIC_COMPLETION: dict[str, Promise] = {
    "buyer": gettext_lazy(
        "Something wrong? Write to the shop before {day}, {hour} {zone}. After that the order completes by itself and "
        "the shop gets paid."
    ),
    "merchant": gettext_lazy(
        "If the buyer does not confirm, it completes by itself on {day}, {hour} {zone} and you get paid."
    ),
}
# Sentences about where the money is, by (role, state).
MONEY_SENTENCES: dict[tuple[str, str], Promise] = {
    ("buyer", "kept"): gettext_lazy("{total} is held safely for this order. The shop has not been paid yet."),
    ("merchant", "kept"): gettext_lazy(
        "{total} is held safely until the buyer receives the order. You then get {net}, after a fee of {fee}."
    ),
    ("merchant", "kept_free"): gettext_lazy(
        "{total} is held safely until the buyer receives the order. You then get all of it, without a fee."
    ),
    ("buyer", "completed"): gettext_lazy("{total} was paid to the shop."),
    ("merchant", "completed_free"): gettext_lazy("{total} was paid to your shop, without a fee."),
    ("merchant", "completed"): gettext_lazy("{net} was paid to your shop: {total} minus a fee of {fee}."),
    ("buyer", "cancelled"): gettext_lazy("{total} was refunded to your wallet."),
    ("merchant", "cancelled"): gettext_lazy("{total} was refunded to the buyer."),
    ("buyer", "set_aside"): gettext_lazy(
        "{aside} was refunded, but it did not fit into your wallet, so {brand} set it aside for you. Contact {brand} "
        "with the order number to get it."
    ),
    ("merchant", "set_aside"): gettext_lazy("{aside} was refunded. {brand} set it aside for the buyer."),
}
# Sentences about past steps, by (transition, actor).
STEP_SENTENCES: dict[tuple[str, str], Promise] = {
    ("placed", "buyer"): gettext_lazy("Ordered and paid"),
    ("accepted", "merchant"): gettext_lazy("Accepted by the shop"),
    ("packed", "merchant"): gettext_lazy("Packed"),
    ("shipped", "merchant"): gettext_lazy("Shipped with {courier}, tracking no. {resi}"),
    ("resi_corrected", "merchant"): gettext_lazy("Tracking number corrected: {courier}, {resi}"),
    ("delivered", "merchant"): gettext_lazy("Arrived"),
    ("delivered", "courier"): gettext_lazy("Arrived"),
    ("completed", "buyer"): gettext_lazy("Received by the buyer; the shop was paid"),
    ("completed", "system"): gettext_lazy("Completed automatically; the shop was paid"),
    ("cancelled", "buyer"): gettext_lazy("Cancelled by the buyer"),
    ("cancelled", "merchant"): gettext_lazy("Cancelled by the shop"),
    ("cancelled", "system"): gettext_lazy("Cancelled because the shop did not process it in time"),
    ("cancel_requested", "buyer"): gettext_lazy("The buyer asked to cancel"),
    ("cancel_declined", "merchant"): gettext_lazy("The shop declined to cancel"),
    ("refunded", "merchant"): gettext_lazy("Refund of {amount} by the shop"),
    ("review_opened", "system"): gettext_lazy("Nobody confirmed that it arrived, so {brand} is checking it"),
    ("dispute_opened", "buyer"): gettext_lazy("Problem reported by the buyer"),
    ("dispute_dropped", "buyer"): gettext_lazy("The buyer withdrew the report"),
    ("dispute_answered", "merchant"): gettext_lazy("The shop answered the report"),
    ("offered", "merchant"): gettext_lazy("The shop offered a refund of {amount}"),
    ("offer_declined", "buyer"): gettext_lazy("The buyer declined the offer of {amount}"),
    ("offer_accepted", "buyer"): gettext_lazy("The buyer accepted: {amount} was refunded"),
    ("refunded", "operator"): gettext_lazy("Checked: {amount} was refunded to the buyer"),
    ("completed", "operator"): gettext_lazy("Checked: the shop was paid"),
    ("cancelled", "operator"): gettext_lazy("Checked: the order was cancelled"),
}
# The source of a step, by actor.
STEP_SOURCES: dict[str, Promise] = {
    "buyer": gettext_lazy("says the buyer"),
    "merchant": gettext_lazy("says the shop"),
    "courier": gettext_lazy("says {courier}"),
    "system": gettext_lazy("automatically"),
    "operator": gettext_lazy("decided by {brand}"),
}
# States still to come, in order.
USUAL_STATES = ("accepted", "packed", "shipped", "delivered", "completed")
UPCOMING_STEPS: dict[str, Promise] = {
    "accepted": gettext_lazy("The shop accepts"),
    "packed": gettext_lazy("The shop packs"),
    "shipped": gettext_lazy("On its way with a courier"),
    "delivered": gettext_lazy("Arrives"),
    "completed": gettext_lazy("Received; the shop is paid"),
    "settled": gettext_lazy("The problem is settled, and the money goes where it belongs"),
}
GOOD, BAD, WAITING = "good", "bad", "waiting"
COLOURS = {"completed": GOOD, "delivered": GOOD, "cancelled": BAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStep:
    """A step of an order's progress track. ``at`` is None for a step to come; ``source`` says who reported it."""

    sentence: str
    source: str = ""
    reason: str = ""
    at: datetime | None = None
    is_here: bool = False
    is_over: bool = False


def headline(order: OrderSummary) -> str:
    if order.request:
        return str(REQUEST_HEADLINES[order.role, order.request])
    return str(CLAIMED_HEADLINES[order.role] if _is_delivery_unconfirmed(order) else HEADLINES[order.role, order.state])


def state_label(order: OrderSummary) -> str:
    """Return the label of an order's state as its buyer sees it in a list."""
    if order.request:
        return str(REQUEST_LABELS[order.request])
    return _("Arrived, says the shop") if _is_delivery_unconfirmed(order) else str(STATE_LABELS[order.state])


def state_color(order: OrderSummary) -> str:
    """Return the colour of an order's state; a delivery that only the shop reports is not shown as good."""
    return WAITING if order.request or _is_delivery_unconfirmed(order) else COLOURS.get(order.state, WAITING)


def next_step(order: OrderSummary) -> str:
    """Return the sentence about the next step of an order; empty if it is finished or a request is unanswered."""
    sentence = None if order.request else NEXT_STEPS.get((order.role, order.state))
    return str(sentence) if sentence else ""


def due_sentence(order: OrderSummary, *, now: datetime) -> str:
    """Return the sentence about the order's timer: the automatic step and its time; empty without a timer."""
    if order.due_at is None:
        return ""
    moment = _time_parts(order.due_at, now=now)
    if order.due == "complete":
        return str(AUTOMATIC_COMPLETION[order.role]).format(**moment)
    if order.due == "review":
        return _("No confirmation by {day}? Then {brand} steps in and checks this order.").format(
            day=time_formats.format_date(order.due_at, now=now), brand=settings.BRAND_NAME
        )
    if order.state == "paid":
        return _("If the shop does not accept it by {day}, {hour} {zone}, it is cancelled and fully refunded.").format(
            **moment
        )
    return _("If the shop does not ship it by {day}, {hour} {zone}, it is cancelled and fully refunded.").format(
        **moment
    )


def review_sentence(order: OrderDetails, *, now: datetime) -> str:
    """Return the sentence that an operator is checking the order, and since when; empty without an open review case."""
    opened = next((step for step in order.steps if step.transition == "review_opened"), None)
    if opened is None or order.summary.state in FINISHED:
        return ""
    return _(
        "{brand} has been checking this order since {day}: nobody confirmed that it arrived. You will see the result"
        " here."
    ).format(brand=settings.BRAND_NAME, day=time_formats.format_date(opened.at, now=now))


def money_sentence(order: OrderDetails) -> str:
    """
    Return the sentence about where the order's money is: in escrow, paid to the shop, refunded, or set aside.

    Of an order that was not cancelled, a second sentence says what was set aside of the refunds that have no line of
    their own, as those after a dispute.
    """
    summary = order.summary
    state = summary.state if summary.state in ("completed", "cancelled") else "kept"
    fee, kept = order.fee or Money(0), order_fees.fee_base(summary.total, order.steps)
    total = summary.total if state == "cancelled" else kept
    is_free = order.fee is not None and not order.fee and state != "cancelled"
    aside, in_lines = order.set_aside, sum((one.amount for one in order.refunds if one.is_suspended), Money(0))
    cases = ["set_aside" if aside and state == "cancelled" else f"{state}_free" if is_free else state]
    if state != "cancelled" and aside > in_lines:
        aside -= in_lines
        cases.append("set_aside")
    sums = {"total": total, "net": kept - fee, "fee": fee, "aside": aside, "brand": settings.BRAND_NAME}
    return " ".join(str(MONEY_SENTENCES[summary.role, case]).format(**sums) for case in cases)


def refund_sentence(order: OrderDetails, *, now: datetime) -> str:
    """Return the sentence about the refund of a cancelled order, with its time; empty for other orders."""
    if order.summary.state != "cancelled":
        return ""
    moment = _time_parts(order.steps[-1].at, now=now)
    if order.set_aside:
        return _("This shows that you paid. {brand} set your refund aside on {day}, {hour} {zone}.").format(
            brand=settings.BRAND_NAME, **moment
        )
    return _("This shows that you paid. You were refunded on {day}, {hour} {zone}.").format(**moment)


def cancelled_sentence(order: OrderDetails) -> str:
    """Return what a person is told who has just cancelled an order: that it is done, and where the money went."""
    return _("Cancelled. {money}").format(money=money_sentence(order))


def build_track(order: OrderDetails) -> list[TrackStep]:
    """Return the steps of an order: those that happened, then those to come."""
    courier = order.shipment.courier if order.shipment else ""
    last = len(order.steps) - 1
    happened = [
        TrackStep(
            sentence=str(STEP_SENTENCES[_told_as(step), step.actor]).format(
                courier=step.courier, resi=step.resi, amount=step.amount, brand=settings.BRAND_NAME
            ),
            source=str(STEP_SOURCES[step.actor]).format(courier=courier, brand=settings.BRAND_NAME)
            if step.transition != "placed"
            else "",
            reason=step.reason,
            at=step.at,
            is_here=place == last,
            is_over=step.state == "cancelled",
        )
        for place, step in enumerate(order.steps)
    ]
    return happened + [TrackStep(sentence=str(UPCOMING_STEPS[state])) for state in _upcoming_states(order.summary)]


def _told_as(step: OrderStep) -> str:
    """Return the name under which a step has its sentence: an answer that offers money is an offer."""
    return "offered" if step.transition == "dispute_answered" and step.amount else step.transition


def order_title(name: str, pieces: int, quantity: int) -> str:
    """Return a short title of an order: its first item with its quantity, and the number of further pieces."""
    shown = f"{name} ×\u00a0{quantity}" if quantity > 1 else name
    if pieces == quantity:
        return shown
    return _("{first} and {count} more").format(first=shown, count=pieces - quantity)


def _is_delivery_unconfirmed(order: OrderSummary) -> bool:
    """Return whether the order was delivered by the report of the shop alone, without the courier or the buyer."""
    return order.state == "delivered" and order.delivered_source != "courier"


def _upcoming_states(order: OrderSummary) -> Sequence[str]:
    state = order.state
    if order.request == "dispute":
        return ("settled",)
    if state in ("completed", "cancelled"):
        return ()
    return USUAL_STATES if state == "paid" else USUAL_STATES[USUAL_STATES.index(state) + 1 :]


def _time_parts(at: datetime, *, now: datetime) -> dict[str, str]:
    return {"day": time_formats.format_day(at, now=now), "hour": time_formats.format_hour(at), "zone": _zone()}


def _zone() -> str:
    return time_formats.zone_label(timezone.get_current_timezone_name())


# The main action is the first of these that is allowed.
MAIN_ACTIONS = ("accept", "pack", "ship", "confirm")


def present_receipts(order: OrderDetails, *, now: datetime) -> list[dict[str, str]]:
    """
    Return the buyer's receipts, each with the URL that verifies it; the URL's fragment contains the receipt itself.

    The receipt of a cancelled order stays valid, since it was paid; its note says that and when it was refunded.
    """
    went_back = refund_sentence(order, now=now)
    words = {COMPLETED: _("Receipt: completed"), PAID: _("Receipt: ordered") if went_back else _("Receipt: paid")}
    note = went_back or _("Digitally signed")
    # Only the device knows whether it stored the receipt; JavaScript shows this text once it has.
    kept = "" if went_back else _("Signed and saved on this device")
    return [
        {"text": text, "word": words[kind], "note": note, "note_when_kept": kept, "address": f"/bukti/periksa/#{text}"}
        for kind, text in sign_receipts(order).items()
    ]


def present_lines(order: OrderDetails) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "variant": line.variant,
            "sku": line.sku,
            "quantity": line.quantity,
            "price": line.price,
            "total": line.total,
            "photo": photos.photo_url(line.photo, photos.SIZES[-1]) if line.photo else "",
        }
        for line in order.lines
    ]


def present_actions(order: OrderDetails) -> dict[str, Any]:
    """Return the actions that this role may take: the main one and the others."""
    can = order.summary.can
    main = next((one for one in MAIN_ACTIONS if one in can), "")
    # Shipping is allowed without packing, but not offered beside accepting.
    others = [one for one in can if one != main and not (one == "ship" and main == "accept")]
    return {"main": main, "others": others}


def cancellation_reasons(order: OrderSummary) -> list[str]:
    """Return common reasons for a cancellation, by role; others can be typed."""
    if order.role == "buyer":
        return [
            _("I changed my mind"),
            _("I ordered the wrong thing"),
            _("The address is wrong"),
            _("It takes too long"),
        ]
    return [_("Out of stock"), _("It is damaged"), _("I cannot ship there"), _("The buyer asked me to")]
