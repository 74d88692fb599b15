"""Signed receipts of orders, which can be verified without our servers."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from shop.contracts.values import OrderDetails, OrderStep
from superapp.accounts import api as accounts
from superapp.core import clock, signed_receipts

PAID, COMPLETED = "shop.order_paid", "shop.order_completed"
# Kinds of receipt by transition.
KINDS = {"placed": PAID, "completed": COMPLETED}


def sign_receipts(order: OrderDetails) -> dict[str, str]:
    """
    Return the signed receipts of an order so far, by kind.

    They contain only values that never change, so signing again gives the same receipts.
    """
    buyer_id = order.summary.buyer_id
    buyer = accounts.get_public_ids({buyer_id})[buyer_id]
    return {
        KINDS[step.transition]: signed_receipts.sign(_document(order, step, str(buyer)))
        for step in order.steps
        if step.transition in KINDS
    }


def _document(order: OrderDetails, step: OrderStep, buyer: str) -> dict[str, Any]:
    summary = order.summary
    return {
        "kind": KINDS[step.transition],
        "issuer": settings.PUBLIC_URL,
        "number": summary.number,
        "about": f"/pesanan/{summary.public_id}/",
        "seller": {"name": summary.shop_name, "handle": summary.shop_handle, "town": summary.shop_town},
        "buyer": buyer,
        "lines": [
            {
                "text": line.full_name,
                "quantity": line.quantity,
                "each": line.price.to_wire(),
                "total": line.total.to_wire(),
            }
            for line in order.lines
        ],
        "shipping": order.shipping.to_wire(),
        "total": summary.total.to_wire(),
        "at": clock.to_wire(step.at),
    }
