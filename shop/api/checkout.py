"""Facade of checkout: place orders once under an idempotency key, and find a stored result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from payments import api as payments
from shop.actions import checkout, purchase_requests
from shop.actions.purchase_requests import PurchaseRequest, RequestedOrder
from shop.contracts.values import (
    Address,
    CheckoutResult,
)
from shop.domain.feature_gates import require_checkout
from shop.queries import orders as order_queries
from shop.writers import order_writer
from superapp.core.money import Money


@require_checkout
def place_order(
    *,
    buyer_id: int,
    product: UUID,
    variant: UUID | None = None,
    quantity: int,
    address: Address,
    note: str = "",
    expected_total: Money,
    pin: str,
    device_id: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> CheckoutResult:
    """
    Place an order and pay it from the wallet, in one transaction: stock, order, escrow, counters and events. Without
    ``variant`` it is of the only one that the product sells.

    It happens once under its idempotency key: a retry returns the stored result without asking for the PIN. The result
    is ``CheckoutCompleted``; ``CheckoutTotalChanged`` if the total is not ``expected_total``; ``CheckoutRefused`` if
    the product is sold out, hidden, or could not be paid. All three are final under the key. The device on which the
    order is placed may later authorize its payment or refund without the PIN.

    :raises NotOffered: where the legal profile has no checkout
    :raises ProductNotFound, VariantNotFound, VariantNeeded: nothing is stored under the key
    :raises StockUnknown, QuantityInvalid, AddressInvalid, TextInvalid: nothing is stored under the key
    :raises PinWrong, PinLocked, PinMissing: of payments; nothing is stored under the key
    :raises TooManyOrders, Unavailable: if the buyer or the process is over a limit; nothing is stored under the key
    :raises KeyReused: if the key was used with other fields
    """
    purchase = purchase_requests.build_purchase_request(
        buyer_id=buyer_id,
        product=product,
        variant=variant,
        quantity=quantity,
        address=address,
        note=note,
        expected_total=expected_total,
        idempotency_key=idempotency_key,
        device_id=device_id,
    )
    return _place(purchase, pin=pin, now=now)


@require_checkout
def place_purchase(
    *,
    buyer_id: int,
    orders: Sequence[RequestedOrder],
    address: Address,
    expected_total: Money,
    pin: str,
    device_id: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> CheckoutResult:
    """
    Place an order in each of several shops and pay them together, in one transaction: all of them or none.

    Everything else is as with ``place_order``. A refusal names the ``shop`` and the ``line`` that it is about by their
    places, from 1. ``expected_total`` is that of all orders.

    :raises SeveralShops: if the lines of an order are of several shops
    :raises InputInvalid: if there is no order or line or there are too many, or two orders are of the same shop
    """
    purchase = purchase_requests.build_request_of_orders(
        buyer_id=buyer_id,
        orders=orders,
        address=address,
        expected_total=expected_total,
        idempotency_key=idempotency_key,
        device_id=device_id,
    )
    return _place(purchase, pin=pin, now=now)


def _place(purchase: PurchaseRequest, *, pin: str, now: datetime) -> CheckoutResult:
    before = checkout.find_response(purchase)
    if before is not None:
        return before
    authorization = payments.verify_pin(user_id=purchase.buyer_id, device_id=purchase.device_id, pin=pin, now=now)
    return checkout.place_purchase(purchase, authorization=authorization, now=now)


def find_response(*, buyer_id: int, idempotency_key: str) -> CheckoutResult | None:
    """Return the result that is stored under this buyer's idempotency key, or None."""
    attempt = order_queries.pipeline_attempt(buyer_id, idempotency_key)()
    return order_writer.result_of_attempt(attempt) if attempt is not None else None
