"""Queries that read and lock orders for their buyer, their merchant or the system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from shop.contracts.values import Address, OrderDetails, OrderLineDetails, OrderStep, OrderSummary, ShipmentDetails
from shop.domain.order_states import (
    FINISHED,
    NOT_SHIPPED,
    PARCEL_TRANSITIONS,
    OrderActor,
    OrderRole,
    OrderState,
    allowed_actions,
)
from shop.errors import OrderNotFound
from shop.models import Attempt, Order, OrderCounter, OrderEvent, OrderLine, OrderTimer, Shipment
from shop.queries import order_fees, order_refunds
from shop.queries.order_lists import STATES_WAITING_FOR_OTHERS, due_action_of
from shop.queries.order_requests import REQUEST
from superapp.accounts import api as accounts
from superapp.core import prepared
from superapp.core.money import Money

# The actors of the other side, by one's own role.
COUNTERPART_ACTORS: dict[OrderRole, frozenset[OrderActor]] = {
    "buyer": frozenset({"merchant"}),
    "merchant": frozenset({"buyer"}),
}
UNFINISHED = ~Q(state__in=sorted(FINISHED))


def pipeline_attempt(buyer_id: int, idempotency_key: str) -> Callable[[], Attempt | None]:
    """Queue the read of the checkout attempt under an idempotency key, and return the function that fetches it."""
    asked = prepared.execute_deferred(
        "SELECT id FROM shop_attempt WHERE buyer_id = %s AND idempotency_key = %s", [buyer_id, idempotency_key]
    )

    def attempt() -> Attempt | None:
        found = asked()
        return Attempt.objects.get(pk=found[0][0]) if found else None

    return attempt


def pipeline_open_orders_today(buyer_id: int, product: UUID, now: datetime) -> Callable[[], int]:
    """
    Queue the count of a buyer's orders of the last day, with the shop of this product, that are not shipped or that the
    buyer cancelled. Only the buyer's newest hundred orders are counted. Return the function that fetches the count.
    """
    since = connection.ops.adapt_datetimefield_value(now - timedelta(days=1))
    key = product if connection.vendor == "postgresql" else product.hex
    asked = prepared.execute_deferred(_OPEN_TODAY, [buyer_id, key, since])
    return lambda: int(asked()[0][0])


_OPEN_TODAY = """
SELECT count(*) FROM (
    SELECT shop_id, state, cancelled_by, placed_at FROM shop_order WHERE buyer_id = %s ORDER BY public_id DESC LIMIT 100
) o
JOIN shop_product p ON p.shop_id = o.shop_id
WHERE p.public_id = %s AND o.placed_at > %s
    AND (o.state IN ('paid', 'accepted', 'packed') OR o.cancelled_by = 'buyer')"""


# One order.


def lock_order(public_id: UUID, *, user_id: int) -> tuple[Order, OrderRole]:
    """
    Lock an order for its buyer or merchant, and return it with this person's role.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    """
    order = _lock(public_id)
    role = _role_of(order, user_id)
    if order is None or role is None:
        raise OrderNotFound
    return order, role


def find_order(public_id: UUID, *, user_id: int) -> tuple[Order, OrderRole]:
    """
    Return an order, unlocked, with this person's role.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    """
    order = Order.objects.select_related("shop").filter(public_id=public_id).first()
    role = _role_of(order, user_id)
    if order is None or role is None:
        raise OrderNotFound
    return order, role


def lock_shop_counter(shop_id: int) -> None:
    """Lock the order counter of a shop, which every writer locks before the stock."""
    OrderCounter.objects.select_for_update(no_key=True).get(shop_id=shop_id)


def lock_order_for_system(public_id: UUID) -> Order:
    """Lock an order for a timer, a courier or an operator, which have no role in it. :raises OrderNotFound:"""
    order = _lock(public_id)
    if order is None:
        raise OrderNotFound
    return order


def _lock(public_id: UUID) -> Order | None:
    rows = Order.objects.select_for_update(of=("self",), no_key=True).select_related("shop", "buyer")
    return rows.filter(public_id=public_id).first()


def _role_of(order: Order | None, user_id: int) -> OrderRole | None:
    if order is None:
        return None
    if order.buyer_id == user_id:
        return "buyer"
    return "merchant" if order.shop.owner_id == user_id else None


def fetch_order_details(public_id: UUID, *, user_id: int) -> OrderDetails:
    """
    Return an order with its lines and history, for its buyer or merchant.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    """
    order = orders_with_details().filter(public_id=public_id).first()
    role = _role_of(order, user_id)
    if order is None or role is None:
        raise OrderNotFound
    return _hide_texts_of_blocked_person(order_details(order, role), user_id)


def _hide_texts_of_blocked_person(shown: OrderDetails, user_id: int) -> OrderDetails:
    """
    Return the order without texts that the other side wrote, if this person has blocked the other side.

    The address stays, and so does the note of an order that is still to be shipped, since it is needed for packing.
    """
    summary = shown.summary
    other_id = summary.merchant_id if summary.role == "buyer" else summary.buyer_id
    if not accounts.has_blocked(user_id, other_id):
        return shown
    steps = tuple(
        replace(step, reason="") if step.actor in COUNTERPART_ACTORS[summary.role] else step for step in shown.steps
    )
    is_to_be_sent = summary.role == "merchant" and summary.state in NOT_SHIPPED
    note = summary.note if is_to_be_sent or summary.role == "buyer" else ""
    return replace(shown, summary=replace(summary, note=note), steps=steps)


def fetch_order_rev(public_id: UUID, *, user_id: int) -> int:
    """
    Return the version of an order, for its buyer or merchant.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    """
    order = Order.objects.select_related("shop").only("version", "buyer_id", "shop__owner_id")
    found = order.filter(public_id=public_id).first()
    if found is None or _role_of(found, user_id) is None:
        raise OrderNotFound
    return found.version


def find_last_purchase(*, buyer_id: int, product: UUID, since: datetime) -> OrderSummary | None:
    """Return the buyer's newest order of this product placed since a moment and not cancelled, or None."""
    rows = _orders_with_summary().filter(buyer=buyer_id, placed_at__gte=since).exclude(state=Order.State.CANCELLED)
    order = rows.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), variant__product__public_id=product)))
    newest = order.order_by("-placed_at").first()
    return order_summary(newest, "buyer") if newest is not None else None


def list_orders_of_parcel(courier: str, resi: str) -> list[UUID]:
    """
    List the orders to which a courier's report about this parcel applies.

    ``resi`` is the courier's tracking number. The first shipment with this number decides to which shop and buyer the
    parcel belongs: the result is their orders with it, cancelled ones last. Orders of others with the same number are
    left out, and so are shipments that were entered after the courier had delivered the parcel.

    :raises OrderNotFound: if no order has this parcel
    """
    naming = OrderEvent.objects.filter(order_id=OuterRef("order_id"), transition__in=PARCEL_TRANSITIONS).order_by(
        "-seq"
    )
    rows = Shipment.objects.filter(courier=courier, resi=resi).select_related("order")
    named = sorted(
        rows.annotate(named_at=Subquery(naming.values("at")[:1])),
        key=lambda row: (row.order.state == Order.State.CANCELLED, row.named_at, row.pk),
    )
    if not named:
        raise OrderNotFound
    first = named[0]
    ended = first.delivered_at if first.delivered_source == Shipment.Source.COURIER else None
    return [
        row.pk
        for row in named
        if (row.order.shop_id, row.order.buyer_id) == (first.order.shop_id, first.order.buyer_id)
        and (ended is None or row.named_at <= ended)
    ]


def is_parcel_claimed_by_another_shop(courier: str, resi: str, *, order: Order) -> bool:
    """Return whether another shop has an order, not cancelled, under the same tracking number."""
    rows = Shipment.objects.filter(courier=courier, resi=resi).exclude(order__shop=order.shop_id)
    return rows.exclude(order__state=Order.State.CANCELLED).exists()


def is_parcel_underway_to_another_buyer(courier: str, resi: str, *, order: Order) -> bool:
    """Return whether the shop has this parcel on its way to another buyer, where it can still be corrected."""
    rows = Shipment.objects.filter(courier=courier, resi=resi, order__shop=order.shop_id)
    return rows.filter(order__state=Order.State.SHIPPED).exclude(order__buyer=order.buyer_id).exists()


def find_parcel(order: UUID) -> tuple[str, str] | None:
    return Shipment.objects.filter(order_id=order).values_list("courier", "resi").first()


def fetch_shipped_at(order: Order) -> datetime:
    """Return the time at which a shipped order was handed to its courier."""
    return Shipment.objects.values_list("shipped_at", flat=True).get(order=order)


def find_timer_due_at(order: Order, kind: str) -> datetime | None:
    """Return when the timer of this kind was last to run, even if it was stopped; None if it was never started."""
    return OrderTimer.objects.filter(order=order, kind=kind).values_list("due_at", flat=True).first()


def has_courier_delivered(order: Order) -> bool:
    return Shipment.objects.filter(order=order, delivered_source=Shipment.Source.COURIER).exists()


def list_order_lines(order: Order) -> list[OrderLine]:
    """List the lines of an order by variant, the order in which stocks are locked."""
    return list(OrderLine.objects.filter(order=order).order_by("variant_id"))


def list_due_timers(now: datetime, *, limit: int) -> list[OrderTimer]:
    """List the timers that are due now, without those that are postponed to a later try."""
    return list(_due_timers(now).order_by("due_at", "pk")[:limit])


def list_timers_due_by(moment: datetime, *, limit: int) -> list[OrderTimer]:
    """List the timers that were due at ``moment`` or before and have not run yet, including those that failed."""
    rows = OrderTimer.objects.filter(state=OrderTimer.State.WAITING, due_at__lte=moment)
    return list(rows.order_by("due_at", "pk")[:limit])


def list_unfinished_totals() -> list[tuple[UUID, int]]:
    """List the total in sen of each unfinished order without what was refunded, which must equal its escrow."""
    left = dict(Order.objects.filter(UNFINISHED).order_by("pk").values_list("pk", "total_sen"))
    for order, amount in order_refunds.list_refunded_of_unfinished():
        left[order] -= amount
    return list(left.items())


def is_timer_due(timer_id: int, now: datetime) -> bool:
    """Return whether a timer is due and still waiting. The caller must have locked its order."""
    return _due_timers(now).filter(pk=timer_id).exists()


def _due_timers(now: datetime) -> QuerySet[OrderTimer]:
    is_time = Q(again_at=None) | Q(again_at__lte=now)
    return OrderTimer.objects.filter(is_time, state=OrderTimer.State.WAITING, due_at__lte=now)


# Several orders.


def filter_orders_to_handle(user_id: int, _now: datetime) -> QuerySet[Order]:
    """Return the orders of this merchant's shop that wait for the merchant."""
    return Order.objects.filter(UNFINISHED, shop__owner_id=user_id).exclude(state__in=STATES_WAITING_FOR_OTHERS)


def _orders_with_summary() -> QuerySet[Order]:
    waiting = OrderTimer.objects.filter(state=OrderTimer.State.WAITING).order_by("due_at")
    rows = Order.objects.select_related("shop", "buyer", "shipment").annotate(request=REQUEST)
    return rows.prefetch_related(
        Prefetch("lines", queryset=OrderLine.objects.select_related("variant__product").order_by("position")),
        Prefetch("timers", queryset=waiting),
    )


def orders_with_details() -> QuerySet[Order]:
    """Return a queryset of all orders that loads with each what ``order_details`` shows, such as lines and shipment."""
    events = OrderEvent.objects.order_by("seq")
    return _orders_with_summary().prefetch_related(Prefetch("events", queryset=events))


# Values of the facade.


def order_summary(order: Order, role: OrderRole) -> OrderSummary:
    """Return an order as one role sees it in a list. Its lines and waiting timers must be prefetched."""
    lines = list(order.lines.all())
    timers = list(order.timers.all())
    shipment: Shipment | None = getattr(order, "shipment", None)
    return OrderSummary(
        public_id=order.public_id,
        number=order.number,
        rev=order.version,
        list_rev=order.purchase_rev if role == "buyer" else order.sale_rev,
        role=role,
        state=cast("OrderState", order.state),
        cancelled_by=order.cancelled_by,
        shop=order.shop.public_id,
        shop_handle=order.shop.handle,
        shop_name=order.shop_name,
        shop_town=order.shop_town,
        buyer_id=order.buyer_id,
        buyer_name=order.buyer.name,
        merchant_id=order.shop.owner_id,
        first_line=_line(lines[0]),
        pieces=sum(line.quantity for line in lines),
        total=Money(order.total_sen),
        town=order.address["town"],
        note=order.note,
        placed_at=order.placed_at,
        changed_at=order.changed_at,
        due_at=timers[0].due_at if timers else None,
        due=due_action_of(timers[0].kind if timers else None),
        can=allowed_actions(order.state, role),
        delivered_source=shipment.delivered_source if shipment is not None else "",
        request=order.request,  # type: ignore[attr-defined]  # Annotated.
    )


def order_details(order: Order, role: OrderRole) -> OrderDetails:
    """Return an order with all its details, as one role sees it. All its rows must be prefetched."""
    steps = tuple(_step(event) for event in order.events.all())
    fee = order_fees.find_fee_rule(order).of(order_fees.fee_base(Money(order.total_sen), steps))
    return OrderDetails(
        summary=order_summary(order, role),
        lines=tuple(_line(line) for line in order.lines.all()),
        steps=steps,
        items=Money(order.items_sen),
        shipping=Money(order.shipping_sen),
        fee=fee if role == "merchant" else None,
        refunds=order_refunds.list_refunds(order),
        set_aside=order_refunds.get_set_aside(order),
        address=_address(order, role),
        shipment=_shipment(getattr(order, "shipment", None)),
        placing_device_id=order.placing_device_id if role == "buyer" else None,
    )


def _address(order: Order, role: OrderRole) -> Address:
    """Return the delivery address; the merchant of a cancelled order gets the town only, as in lists."""
    if role == "merchant" and order.state == Order.State.CANCELLED:
        return Address(name="", phone="", text="", town=order.address["town"])
    return cast("Address", order.address)


def _line(line: OrderLine) -> OrderLineDetails:
    return OrderLineDetails(
        product=line.variant.product.public_id,
        name=line.product_name,
        variant=line.variant_title,
        sku=line.sku,
        photo=line.photo,
        price=Money(line.price_sen),
        quantity=line.quantity,
        total=Money(line.total_sen),
    )


def _step(event: OrderEvent) -> OrderStep:
    parcel = event.evidence if event.transition in PARCEL_TRANSITIONS else {}
    return OrderStep(
        version=event.seq,
        transition=event.transition,
        state=cast("OrderState", event.to_state),
        actor=cast("OrderActor", event.actor_kind),
        reason=event.reason,
        courier=parcel.get("courier", ""),
        resi=parcel.get("resi", ""),
        at=event.at,
        # An answer without an offer names none.
        amount=Money(event.evidence["amount_sen"]) if event.evidence.get("amount_sen") else None,
    )


def _shipment(shipment: Shipment | None) -> ShipmentDetails | None:
    if shipment is None:
        return None
    return ShipmentDetails(
        courier=shipment.courier,
        resi=shipment.resi,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        delivered_source=shipment.delivered_source,
    )
