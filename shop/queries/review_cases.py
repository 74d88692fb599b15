"""Queries of review cases: orders that wait for an operator's decision."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from shop.contracts.values import ReviewCaseDetails
from shop.errors import OrderNotFound
from shop.models import Order, OrderEvent, OrderTimer, ReviewCase, Shipment
from shop.queries import orders
from superapp.core.money import Money

CASES_MAX = 200


def list_review_cases(*, limit: int = CASES_MAX) -> list[ReviewCaseDetails]:
    """List the open review cases, oldest first, for an operator."""
    wanted = ReviewCase.objects.filter(closed_at=None).order_by("opened_at", "pk")[:limit]
    opened = {case.pk: case for case in wanted}
    found = {order.pk: order for order in orders.orders_with_details().filter(pk__in=opened)}
    return [_case_details(case, found[order_id]) for order_id, case in opened.items()]


def is_review_case_closed(order: Order) -> bool | None:
    """Return whether the review case of an order is closed; None without one. The caller must have locked the order."""
    case = ReviewCase.objects.filter(order=order).first()
    return None if case is None else case.closed_at is not None


def has_been_decided(order: Order, transition: str) -> bool:
    """Return whether the order's last event is this transition by an operator."""
    last = OrderEvent.objects.filter(order=order, seq=order.version)
    return last.filter(transition=transition, actor_kind=OrderEvent.Actor.OPERATOR).exists()


def fetch_order_id_by_number(number: str) -> UUID:
    """Return the id of the order with this number. :raises OrderNotFound:"""
    public_id = Order.objects.filter(number=number.strip().upper()).values_list("pk", flat=True).first()
    if public_id is None:
        raise OrderNotFound
    return public_id


def list_orders_without_review_timer(*, limit: int) -> list[UUID]:
    """List shipped orders, or delivered ones without a courier's report, whose review timer was never started."""
    started = OrderTimer.objects.filter(order=OuterRef("pk"), kind=OrderTimer.Kind.REVIEW)
    underway = Order.objects.filter(state__in=[Order.State.SHIPPED, Order.State.DELIVERED])
    rows = underway.exclude(shipment__delivered_source=Shipment.Source.COURIER).exclude(Exists(started))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def needs_review_timer(order: Order) -> bool:
    """Return whether this order's review timer is still to be started. The caller must have locked the order."""
    if order.state not in (Order.State.SHIPPED, Order.State.DELIVERED) or orders.has_courier_delivered(order):
        return False
    return not OrderTimer.objects.filter(order=order, kind=OrderTimer.Kind.REVIEW).exists()


def _case_details(case: ReviewCase, order: Order) -> ReviewCaseDetails:
    shown = orders.order_details(order, "merchant")
    assert shown.shipment is not None, "only what was shipped has a case"
    said = [event.evidence for event in order.events.all() if event.actor_kind == OrderEvent.Actor.COURIER]
    return ReviewCaseDetails(
        order=order.public_id,
        number=order.number,
        state=shown.summary.state,
        opened_at=case.opened_at,
        total=Money(order.total_sen),
        buyer_id=order.buyer_id,
        merchant_id=order.shop.owner_id,
        shop_handle=order.shop.handle,
        shop_name=order.shop_name,
        shipment=shown.shipment,
        courier_evidence=said[-1] if said else None,
        completes_at=shown.summary.due_at if shown.summary.due == "complete" else None,
        steps=shown.steps,
    )
