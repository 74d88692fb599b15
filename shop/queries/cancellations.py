"""Queries of requests to cancel an order that the shop has accepted."""

from __future__ import annotations

from shop.models import Order, OrderEvent


def find_cancellation_step(order: Order) -> str | None:
    """Return ``cancel_requested`` if the buyer waits for an answer, ``cancel_declined`` after a no, None before."""
    told = OrderEvent.objects.filter(order=order, transition__in=("cancel_requested", "cancel_declined"))
    return told.order_by("-seq").values_list("transition", flat=True).first()
