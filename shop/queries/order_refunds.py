"""Queries of the refunds of orders."""

from __future__ import annotations

from uuid import UUID

from payments import api as payments
from shop.domain.order_states import FINISHED, REFUND_TRANSITIONS
from shop.domain.payment_references import order_reference
from shop.models import Order, OrderEvent
from superapp.core.money import Money


def list_refunds(order: Order) -> tuple[payments.RefundDetails, ...]:
    """Return the refunds that the merchant gave, oldest first. The order's events must be prefetched."""
    if all(event.transition != "refunded" for event in order.events.all()):
        return ()
    return tuple(payments.list_refunds(order_reference(order.public_id)))


def get_set_aside(order: Order) -> Money:
    """
    Return how much of an order's refunds did not fit into the buyer's wallet, whoever gave them.

    The order's events must be prefetched.
    """
    is_refunded = any(event.transition in REFUND_TRANSITIONS for event in order.events.all())
    if order.state != Order.State.CANCELLED and not is_refunded:
        return Money(0)
    return payments.get_suspended_refund(order_reference(order.public_id))


def list_refunded_of_unfinished() -> list[tuple[UUID, int]]:
    """List the amount in sen of each refund of an unfinished order, all of which were paid from its escrow."""
    events = OrderEvent.objects.filter(transition="refunded").exclude(order__state__in=FINISHED)
    return [(order, evidence["amount_sen"]) for order, evidence in events.values_list("order_id", "evidence")]
