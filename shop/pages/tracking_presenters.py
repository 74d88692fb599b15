"""Presenters of a parcel's tracking in words: what the courier said, how old that is, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from shop.adapters import connected_couriers
from shop.api import OrderDetails
from shop.domain.courier_codes import ParcelStep
from shop.domain.order_states import PARCEL_TRANSITIONS
from shop.domain.tracking import PAUSE_MAX, SCANNED_WITHIN, Scan
from shop.queries.tracking import ParcelTracking, find_parcel_tracking
from superapp.web import time_formats

ROWS_SHOWN = 3
STEP_LABELS: dict[ParcelStep, Promise] = {
    ParcelStep.PICKED_UP: pgettext_lazy("parcel", "Handed to the courier"),
    ParcelStep.IN_TRANSIT: pgettext_lazy("parcel", "On the way"),
    ParcelStep.OUT_FOR_DELIVERY: pgettext_lazy("parcel", "Out for delivery"),
    ParcelStep.ATTEMPT_FAILED: pgettext_lazy("parcel", "Delivery attempt failed"),
    ParcelStep.DELIVERED: pgettext_lazy("parcel", "Delivered"),
    ParcelStep.RETURNING: pgettext_lazy("parcel", "On its way back to the shop"),
    ParcelStep.RETURNED: pgettext_lazy("parcel", "Back at the shop"),
    ParcelStep.LOST: pgettext_lazy("parcel", "Lost, says the courier"),
}
# Sentences about a number that the courier does not find, more than a day after it was named, by role.
NOT_FOUND: dict[str, Promise] = {
    "buyer": gettext_lazy("{courier} does not find this parcel yet. Ask the shop whether it was handed in."),
    "merchant": gettext_lazy(
        "{courier} does not find this parcel yet. Make sure it was handed in; the courier and the number can still be "
        "corrected below."
    ),
}
PAUSED: dict[str, Promise] = {
    "buyer": gettext_lazy(
        "{courier} has not answered since {day}, {hour} {zone}, so the automatic completion waits until it does, until "
        "{latest} at most. You can still confirm or report a problem."
    ),
    "merchant": gettext_lazy(
        "{courier} has not answered since {day}, {hour} {zone}, so the automatic completion waits until it does, until "
        "{latest} at most. If the buyer confirms, you get paid at once."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRow:
    """One thing that the courier said. ``code`` is its own, shown where its meaning is not known."""

    label: str
    code: str
    text: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingView:
    """
    The part of an order's page about its parcel: sentences, then rows, newest first.

    ``heard_at`` stands beside the age, since a page that a device keeps grows old itself.
    """

    courier: str
    age: str = ""
    heard_at: datetime | None = None
    sentences: tuple[str, ...] = ()
    rows: tuple[TrackingRow, ...] = ()
    older: tuple[TrackingRow, ...] = ()
    paused: str = ""


def present_tracking(order: OrderDetails, *, now: datetime) -> TrackingView | None:
    """Return what an order's page says of its parcel; None without a parcel, or where there is nothing to say."""
    shipment, summary = order.shipment, order.summary
    if shipment is None:
        return None
    courier = shipment.courier
    is_connected = connected_couriers.is_connected(courier)
    known = find_parcel_tracking(summary.public_id, courier=courier, resi=shipment.resi)
    is_undecided = summary.state in ("shipped", "delivered")
    if not known.scans and (not is_undecided or summary.delivered_source == "courier"):
        return None
    rows = tuple(_row(scan) for scan in reversed(known.scans))
    return TrackingView(
        courier=courier,
        heard_at=known.heard_at,
        age=_age_sentence(known, courier, is_silent=is_connected and is_undecided, now=now),
        sentences=_sentences(order, known, is_connected=is_connected, is_undecided=is_undecided, now=now),
        rows=rows[:ROWS_SHOWN],
        older=rows[ROWS_SHOWN:],
        paused=_paused_sentence(order, known, now=now) if is_connected else "",
    )


def _age_sentence(known: ParcelTracking, courier: str, *, is_silent: bool, now: datetime) -> str:
    if known.heard_at is None:
        return ""
    age = _age(known.heard_at, now=now)
    if is_silent and known.silent_since is not None:
        return _("{courier} is not answering now. Its last word came {age}").format(courier=courier, age=age)
    return _("Last word from {courier}: {age}").format(courier=courier, age=age)


def _sentences(
    order: OrderDetails, known: ParcelTracking, *, is_connected: bool, is_undecided: bool, now: datetime
) -> tuple[str, ...]:
    courier = order.shipment.courier if order.shipment else ""
    said = []
    if known.is_contested:
        said.append(
            _("Another order has this number too, so what {courier} says does not move this order.").format(
                courier=courier
            )
        )
    if is_undecided and not known.is_contested:
        said.append(_state_sentence(order, known, courier, is_connected=is_connected, now=now))
    return tuple(filter(None, said))


def _state_sentence(
    order: OrderDetails, known: ParcelTracking, courier: str, *, is_connected: bool, now: datetime
) -> str:
    """Return the sentence about what is not known of a parcel; empty if the courier's rows say it all."""
    if not is_connected:
        return (
            ""
            if known.scans
            else _("We have no connection to {courier}. Track this number in its app or on its site.").format(
                courier=courier
            )
        )
    if known.scans:
        if known.missed_at is None:
            return ""
        return _("Asked again, {courier} told nothing about this parcel. What it said before is below.").format(
            courier=courier
        )
    if known.silent_since is not None:
        return _("{courier} is not answering now, so we do not know where the parcel is.").format(courier=courier)
    if known.missed_at is None:
        return _("Waiting for the first word from {courier}.").format(courier=courier)
    named_at = max(step.at for step in order.steps if step.transition in PARCEL_TRANSITIONS)
    if now < named_at + SCANNED_WITHIN:
        return _("Not scanned by {courier} yet. That can take a day.").format(courier=courier)
    return str(NOT_FOUND[order.summary.role]).format(courier=courier)


def _paused_sentence(order: OrderDetails, known: ParcelTracking, *, now: datetime) -> str:
    if order.summary.due != "complete" or known.silent_since is None or known.paused_until is None:
        return ""
    latest = known.silent_since + PAUSE_MAX
    if now >= latest:
        return ""
    return str(PAUSED[order.summary.role]).format(
        courier=order.shipment.courier if order.shipment else "",
        day=time_formats.format_day_within(known.silent_since, now=now),
        hour=time_formats.format_hour(known.silent_since),
        zone=time_formats.zone_label(timezone.get_current_timezone_name()),
        latest=time_formats.format_date(latest, now=now),
    )


def _row(scan: Scan) -> TrackingRow:
    return TrackingRow(
        label=str(STEP_LABELS[scan.step]) if scan.step else "",
        code="" if scan.step else scan.code,
        text=scan.text,
        place=scan.place,
        at=scan.happened_at,
    )


def _age(moment: datetime, *, now: datetime) -> str:
    """Return how long ago something was, in the largest whole unit."""
    ago = max(now - moment, timedelta(0))
    if ago < timedelta(minutes=1):
        return _("just now")
    if ago < timedelta(hours=1):
        count = ago // timedelta(minutes=1)
        return ngettext("{count} minute ago", "{count} minutes ago", count).format(count=count)
    if ago < timedelta(days=1):
        count = ago // timedelta(hours=1)
        return ngettext("{count} hour ago", "{count} hours ago", count).format(count=count)
    return ngettext("{count} day ago", "{count} days ago", ago.days).format(count=ago.days)
