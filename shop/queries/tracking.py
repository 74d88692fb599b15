"""Queries about parcels as their couriers track them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, QuerySet

from shop.domain.courier_codes import ParcelStep, find_step
from shop.domain.tracking import Scan, sort_scans
from shop.errors import OrderNotFound
from shop.models import Checkpoint, CourierHealth, Order, OrderTimer, ReviewCase, Shipment, TrackedParcel
from shop.queries.orders import list_orders_of_parcel

# Orders whose parcel matters still: nobody has decided yet where their money goes.
UNDECIDED = (Order.State.SHIPPED, Order.State.DELIVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelTracking:
    """
    The parcel of one order, as far as its courier told of it.

    ``is_contested``: another shop or buyer names the same number. Whoever named it first reads what the courier says;
    while two shops name it, that moves neither's order.
    """

    scans: list[Scan]
    heard_at: datetime | None = None
    missed_at: datetime | None = None
    is_contested: bool = False
    silent_since: datetime | None = None
    paused_until: datetime | None = None


def find_parcel_tracking(order: UUID, *, courier: str, resi: str) -> ParcelTracking:
    """Return what is known of the parcel of an order, for whoever may see the order."""
    health = CourierHealth.objects.filter(courier=courier).first()
    silent_since = health.silent_since if health else None
    paused_until = health.paused_until if health else None
    parcel = TrackedParcel.objects.filter(courier=courier, resi=resi).first()
    if parcel is None:
        return ParcelTracking(scans=[], silent_since=silent_since, paused_until=paused_until)
    orders, shops = list_orders_of_parcel(courier, resi), _count_shops(courier, resi)
    if order not in orders:
        return ParcelTracking(scans=[], is_contested=True)
    return ParcelTracking(
        scans=list_scans(parcel, orders),
        heard_at=parcel.heard_at,
        missed_at=parcel.missed_at,
        is_contested=shops > 1,
        silent_since=silent_since,
        paused_until=paused_until,
    )


def list_scans(parcel: TrackedParcel, orders: Collection[UUID]) -> list[Scan]:
    """List what the courier says of a parcel since the first of its orders was placed, oldest first."""
    since = Order.objects.filter(pk__in=list(orders)).aggregate(first=Min("placed_at"))["first"]
    rows = Checkpoint.objects.filter(parcel=parcel).order_by("pk")
    scans = [
        Scan(
            number=row.pk,
            code=row.code,
            # What was not known when it was told may be known by now.
            step=ParcelStep(row.step) if row.step else find_step(parcel.courier, row.code),
            text=row.text,
            place=row.place,
            happened_at=row.happened_at,
            received_at=row.received_at,
        )
        for row in rows
    ]
    return sort_scans(scans, since=since) if since else []


def list_orders_with_parcel(parcel: TrackedParcel) -> list[UUID]:
    """List the orders to which the courier's word about a parcel applies; empty if none names it any more."""
    try:
        return list_orders_of_parcel(parcel.courier, parcel.resi)
    except OrderNotFound:
        return []


def is_anybody_waiting(parcel: TrackedParcel) -> bool:
    """Return whether an undecided order travels in this parcel."""
    return _undecided().filter(courier=parcel.courier, resi=parcel.resi).exists()


def find_parcel_by_number(courier: str, resi: str) -> TrackedParcel | None:
    return TrackedParcel.objects.filter(courier=courier, resi=resi).first()


def list_due_parcels(courier: str, now: datetime, *, limit: int) -> list[TrackedParcel]:
    """List the parcels about which a courier is to be asked now, those that wait longest first."""
    rows = TrackedParcel.objects.filter(courier=courier, ask_at__lte=now)
    return list(rows.order_by("ask_at", "pk")[:limit])


def list_parcels_to_probe(courier: str) -> list[TrackedParcel]:
    """List the one parcel by which it is tried whether a courier answers again; empty if none is tracked."""
    rows = TrackedParcel.objects.filter(courier=courier, ask_at__isnull=False)
    return list(rows.order_by("ask_at", "pk")[:1])


def list_untracked_parcels(couriers: Collection[str], *, limit: int) -> list[tuple[str, str]]:
    """List parcels of undecided orders that are not tracked, such as those from before their courier was connected."""
    tracked = TrackedParcel.objects.filter(courier=OuterRef("courier"), resi=OuterRef("resi"))
    rows = _undecided().filter(~Exists(tracked), courier__in=list(couriers))
    rows = rows.exclude(delivered_source=Shipment.Source.COURIER)
    return list(rows.order_by("pk").values_list("courier", "resi")[:limit])


def is_completing(order: Order) -> bool:
    """Return whether an order completes by itself, since its courier said that it was delivered."""
    return OrderTimer.objects.filter(
        order=order, kind=OrderTimer.Kind.COMPLETE, state=OrderTimer.State.WAITING
    ).exists()


def has_review_case(order: Order) -> bool:
    return ReviewCase.objects.filter(order=order).exists()


def fetch_health(courier: str) -> CourierHealth:
    return CourierHealth.objects.get(courier=courier)


def list_silent(couriers: Collection[str]) -> list[CourierHealth]:
    """List the couriers, of these, that do not answer."""
    rows = CourierHealth.objects.filter(courier__in=list(couriers), silent_since__isnull=False)
    return list(rows.order_by("courier"))


def lock_health(courier: str) -> CourierHealth:
    """Lock the row of a courier."""
    return CourierHealth.objects.select_for_update(no_key=True).get(courier=courier)


def _count_shops(courier: str, resi: str) -> int:
    """Return how many shops name a parcel in orders that are not cancelled."""
    rows = Shipment.objects.filter(courier=courier, resi=resi).exclude(order__state=Order.State.CANCELLED)
    return rows.values("order__shop").distinct().count()


def _undecided() -> QuerySet[Shipment]:
    return Shipment.objects.filter(order__state__in=UNDECIDED)
