"""Refunds by a merchant: of an order or a part of it, and of payments by the shop's codes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors
from shop.actions import transitions
from shop.domain import text_cleaning
from shop.domain.order_states import FINISHED
from shop.domain.payment_references import merchant_reference, order_reference
from shop.models import Order, OrderEvent
from shop.queries import catalog, orders
from superapp.core.money import Money


def refund_order(
    *,
    user_id: int,
    order: UUID,
    amount: Money,
    reason: str,
    number: str,
    device_id: int | None,
    pin: str,
    now: datetime,
) -> payments.RefundDetails:
    """
    Refund a part of an order to its buyer, or all of it once it is completed, once under the merchant's own number.

    What is in escrow comes from there, the rest from the shop's balance; if that is short, the refund waits for it.
    The event and the refund are one commit.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the buyer, or the order was cancelled
    :raises RefundWholeOrder: if nothing would be left of an order that is not completed; it can be cancelled instead
    """
    said = _clean_reason(reason)
    amount.require_positive()
    found, role = orders.find_order(order, user_id=user_id)
    if role != "merchant" or found.state == Order.State.CANCELLED:
        raise errors.NotNow(state=found.state)
    reference = order_reference(order)
    authorization = payments.authorize(user_id=user_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        locked, _role = orders.lock_order(order, user_id=user_id)
        # A repeated one is answered as it is by now, and is no second event.
        if all(one.number != number for one in payments.list_refunds(reference)):
            if locked.state not in FINISHED and amount >= payments.get_escrow_balance(reference):
                raise errors.RefundWholeOrder
            evidence = {"amount_sen": amount.amount_minor, "number": number}
            transitions.apply_transition(locked, "refunded", role, user_id, now, reason=said, evidence=evidence)
        return payments.request_refund(
            merchant=merchant_reference(locked.shop.public_id),
            reference=reference,
            number=number,
            amount=amount,
            reason=said,
            authorization=authorization,
            user_id=user_id,
            now=now,
        )


def refund_code_payment(
    *,
    owner_id: int,
    journal: UUID,
    amount: Money,
    reason: str,
    number: str,
    device_id: int | None,
    pin: str,
    now: datetime,
) -> payments.RefundDetails:
    """
    Refund all or part of a payment by a code of the owner's shop, once under the merchant's own number.

    :raises ShopNotFound: if the person has no shop
    :raises PaymentNotRefundable: of payments, if the payment is not one of this shop's
    """
    shop = catalog.fetch_own_shop(owner_id)
    said = _clean_reason(reason)
    authorization = payments.authorize(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    return payments.request_refund(
        merchant=merchant_reference(shop.public_id),
        reference=payments.qris_reference(journal),
        number=number,
        amount=amount,
        reason=said,
        authorization=authorization,
        user_id=owner_id,
        now=now,
    )


def _clean_reason(reason: str) -> str:
    return text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX, may_be_empty=True)
