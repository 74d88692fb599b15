"""Facade of checkout: place an order once under an idempotency key, and find a stored result."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments import api as payments
from shop.actions import checkout, purchase_requests
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
    before = checkout.find_response(purchase)
    if before is not None:
        return before
    authorization = payments.verify_pin(user_id=buyer_id, device_id=device_id, pin=pin, now=now)
    return checkout.place_order(purchase, authorization=authorization, now=now)


def find_response(*, buyer_id: int, idempotency_key: str) -> CheckoutResult | None:
    """Return the result that is stored under this buyer's idempotency key, or None."""
    attempt = order_queries.pipeline_attempt(buyer_id, idempotency_key)()
    return order_writer.result_of_attempt(attempt) if attempt is not None else None
