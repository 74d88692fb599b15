"""Receipts of orders: what the buyer can prove to anybody, also when we are out of reach."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from shop.shapes import OrderView, StepView
from superapp.accounts import api as accounts
from superapp.core import clock, receipts

PAID, COMPLETED = "shop.order_paid", "shop.order_completed"
# Which moves are worth a receipt, and of which kind.
KINDS = {"placed": PAID, "completed": COMPLETED}


def receipts_of(order: OrderView) -> dict[str, str]:
    """
    The signed receipts of an order so far, by kind.

    They say what never changes of it, so that they are the same whenever they are made.
    """
    buyer_id = order.summary.buyer_id
    buyer = accounts.public_ids({buyer_id})[buyer_id]
    return {
        KINDS[step.transition]: receipts.sign(_document(order, step, str(buyer)))
        for step in order.steps
        if step.transition in KINDS
    }


def _document(order: OrderView, step: StepView, buyer: str) -> dict[str, Any]:
    summary = order.summary
    return {
        "kind": KINDS[step.transition],
        "issuer": settings.PUBLIC_URL,
        "number": summary.number,
        "about": f"/pesanan/{summary.public_id}/",
        "seller": {"name": summary.shop_name, "handle": summary.shop_handle, "town": summary.shop_town},
        "buyer": buyer,
        "lines": [
            {"text": line.name, "quantity": line.quantity, "each": line.price.wire(), "total": line.total.wire()}
            for line in order.lines
        ],
        "shipping": order.shipping.wire(),
        "total": summary.total.wire(),
        "at": clock.wire(step.at),
    }
