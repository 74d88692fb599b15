"""Orders in words: what state they are in, what happened to them, and what one may do, for either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shop.api import OrderSummary, OrderView
from shop.states import FINISHED
from superapp.core.money import Money
from superapp.web import times

# The one word of a state, as in a list.
STATES: dict[str, Promise] = {
    "paid": pgettext_lazy("order", "Paid"),
    "accepted": pgettext_lazy("order", "Accepted"),
    "packed": pgettext_lazy("order", "Packed"),
    "shipped": pgettext_lazy("order", "On its way"),
    "delivered": pgettext_lazy("order", "Arrived"),
    "completed": pgettext_lazy("order", "Completed"),
    "cancelled": pgettext_lazy("order", "Cancelled"),
}
# How it stands, in a sentence: (side, state).
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
# The same of an order of which the shop alone says that it has arrived, and nobody else knows.
CLAIMED: dict[str, Promise] = {
    "buyer": gettext_lazy("The shop says your order has arrived"),
    "merchant": gettext_lazy("Marked as delivered by you"),
}
# What comes next: (side, state).
NEXT: dict[tuple[str, str], Promise] = {
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
# What an order that has arrived does by itself, and what to do before if something is wrong, by side.
COMPLETES: dict[str, Promise] = {
    "buyer": gettext_lazy(
        "Something wrong? Write to the shop before {day}, {hour} {zone}. After that the order completes by itself and "
        "the shop gets paid."
    ),
    "merchant": gettext_lazy(
        "If the buyer does not confirm, it completes by itself on {day}, {hour} {zone} and you get paid."
    ),
}
# Where the money lies: (side, state).
MONEY: dict[tuple[str, str], Promise] = {
    ("buyer", "kept"): gettext_lazy("{total} is held safely for this order. The shop has not been paid yet."),
    ("merchant", "kept"): gettext_lazy("{total} is held safely until the buyer receives the order."),
    ("buyer", "completed"): gettext_lazy("{total} was paid to the shop."),
    ("merchant", "completed"): gettext_lazy("{net} was paid to your shop: {total} minus a fee of {fee}."),
    ("buyer", "cancelled"): gettext_lazy("{total} was refunded to your wallet."),
    ("merchant", "cancelled"): gettext_lazy("{total} was refunded to the buyer."),
}
# What happened: (transition, who did it).
STEPS: dict[tuple[str, str], Promise] = {
    ("placed", "buyer"): gettext_lazy("Ordered and paid"),
    ("accepted", "merchant"): gettext_lazy("Accepted by the shop"),
    ("packed", "merchant"): gettext_lazy("Packed"),
    ("shipped", "merchant"): gettext_lazy("Shipped with {courier}, tracking no. {resi}"),
    ("resi_corrected", "merchant"): gettext_lazy("Tracking number corrected: {courier}, {resi}"),
    ("delivered", "merchant"): gettext_lazy("Arrived"),
    ("delivered", "courier"): gettext_lazy("Arrived"),
    ("completed", "buyer"): gettext_lazy("Received by the buyer; the shop was paid"),
    ("completed", "system"): gettext_lazy("Completed automatically; the shop was paid"),
    ("cancelled", "buyer"): gettext_lazy("Cancelled by the buyer; refunded"),
    ("cancelled", "merchant"): gettext_lazy("Cancelled by the shop; refunded"),
    ("cancelled", "system"): gettext_lazy("Cancelled because the shop did not process it in time; refunded"),
    ("review_opened", "system"): gettext_lazy("Nobody confirmed that it arrived, so {brand} is checking it"),
    ("completed", "operator"): gettext_lazy("Checked: the shop was paid"),
    ("cancelled", "operator"): gettext_lazy("Checked: the buyer was refunded"),
}
# Who says so, for a step that is somebody's word.
SOURCES: dict[str, Promise] = {
    "buyer": gettext_lazy("says the buyer"),
    "merchant": gettext_lazy("says the shop"),
    "courier": gettext_lazy("says {courier}"),
    "system": gettext_lazy("automatically"),
    "operator": gettext_lazy("decided by {brand}"),
}
# What is still to come, in order.
WAY = ("accepted", "packed", "shipped", "delivered", "completed")
TO_COME: dict[str, Promise] = {
    "accepted": gettext_lazy("The shop accepts"),
    "packed": gettext_lazy("The shop packs"),
    "shipped": gettext_lazy("On its way with a courier"),
    "delivered": gettext_lazy("Arrives"),
    "completed": gettext_lazy("Received; the shop is paid"),
}
GOOD, BAD, WAITING = "good", "bad", "waiting"
COLOURS = {"completed": GOOD, "delivered": GOOD, "cancelled": BAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stop of the track. ``at`` is None for what has not happened; ``source`` says whose word it is."""

    sentence: str
    source: str = ""
    reason: str = ""
    at: datetime | None = None
    is_here: bool = False
    is_over: bool = False


def headline(order: OrderSummary) -> str:
    return str(CLAIMED[order.side] if _is_claimed(order) else HEADLINES[order.side, order.state])


def word(order: OrderSummary) -> str:
    """Its state, for its buyer, as in a list."""
    return _("Arrived, says the shop") if _is_claimed(order) else str(STATES[order.state])


def colour(order: OrderSummary) -> str:
    """What is good or bad about it; nothing is good of which one side alone says so."""
    return WAITING if _is_claimed(order) else COLOURS.get(order.state, WAITING)


def what_next(order: OrderSummary) -> str:
    """What comes next; nothing for what is over."""
    sentence = NEXT.get((order.side, order.state))
    return str(sentence) if sentence else ""


def due(order: OrderSummary, *, now: datetime) -> str:
    """What happens by itself and when, if nobody does anything."""
    if order.due_at is None:
        return ""
    moment = _moment(order.due_at, now=now)
    if order.due == "complete":
        return str(COMPLETES[order.side]).format(**moment)
    if order.due == "review":
        return _("No confirmation by {day}? Then {brand} steps in and checks this order.").format(
            day=times.date(order.due_at, now=now), brand=settings.BRAND_NAME
        )
    if order.state == "paid":
        return _("If the shop does not accept it by {day}, {hour} {zone}, it is cancelled and fully refunded.").format(
            **moment
        )
    return _("If the shop does not ship it by {day}, {hour} {zone}, it is cancelled and fully refunded.").format(
        **moment
    )


def review(order: OrderView, *, now: datetime) -> str:
    """Return that an operator is checking the order, and since when; nothing for an order without an open case."""
    opened = next((step for step in order.steps if step.transition == "review_opened"), None)
    if opened is None or order.summary.state in FINISHED:
        return ""
    return _(
        "{brand} has been checking this order since {day}: nobody confirmed that it arrived. You will see the result"
        " here."
    ).format(brand=settings.BRAND_NAME, day=times.date(opened.at, now=now))


def money(order: OrderView) -> str:
    """Where the money lies."""
    summary = order.summary
    state = summary.state if summary.state in ("completed", "cancelled") else "kept"
    fee = order.fee or Money(0)
    return str(MONEY[summary.side, state]).format(total=summary.total, net=summary.total - fee, fee=fee)


def went_back(order: OrderView, *, now: datetime) -> str:
    """That the money of a cancelled order went back, and when: with the cancellation. Nothing for others."""
    if order.summary.state != "cancelled":
        return ""
    return _("This shows that you paid. You were refunded on {day}, {hour} {zone}.").format(
        **_moment(order.steps[-1].at, now=now)
    )


def track(order: OrderView) -> list[Step]:
    """What happened, then what is still to come."""
    courier = order.shipment.courier if order.shipment else ""
    last = len(order.steps) - 1
    happened = [
        Step(
            sentence=str(STEPS[step.transition, step.actor]).format(
                courier=step.courier, resi=step.resi, brand=settings.BRAND_NAME
            ),
            source=str(SOURCES[step.actor]).format(courier=courier, brand=settings.BRAND_NAME)
            if step.transition != "placed"
            else "",
            reason=step.reason,
            at=step.at,
            is_here=place == last,
            is_over=step.state == "cancelled",
        )
        for place, step in enumerate(order.steps)
    ]
    return happened + [Step(sentence=str(TO_COME[state])) for state in _ahead(order.summary.state)]


def title(name: str, pieces: int, quantity: int) -> str:
    """What was bought, in a few words: the first of it, how many, and that there is more."""
    shown = f"{name} ×\u00a0{quantity}" if quantity > 1 else name
    if pieces == quantity:
        return shown
    return _("{first} and {count} more").format(first=shown, count=pieces - quantity)


def _is_claimed(order: OrderSummary) -> bool:
    """Whether it has arrived on nobody's word but the shop's."""
    return order.state == "delivered" and order.delivered_source != "courier"


def _ahead(state: str) -> Sequence[str]:
    if state in ("completed", "cancelled"):
        return ()
    return WAY if state == "paid" else WAY[WAY.index(state) + 1 :]


def _moment(at: datetime, *, now: datetime) -> dict[str, str]:
    return {"day": times.day(at, now=now), "hour": times.hour(at), "zone": _zone()}


def _zone() -> str:
    return times.zone_label(timezone.get_current_timezone_name())
