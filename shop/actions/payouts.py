"""Actions on the merchant balance of a shop: read it, and pay it out into the owner's wallet."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from payments import api as payments
from shop.domain.payment_references import merchant_reference
from shop.queries import catalog
from superapp.core.money import Money

log = structlog.get_logger(__name__)


def fetch_merchant_balance(owner_id: int) -> Money | None:
    """
    Return the shop's balance that is not paid out yet, or None if it could not be read.

    :raises ShopNotFound: if the person has no shop
    """
    shop = catalog.fetch_own_shop(owner_id)
    try:
        with transaction.atomic():
            return payments.get_merchant_balance(merchant_reference(shop.public_id)).total
    except DatabaseError:
        log.warning("earnings_unknown", shop=str(shop.public_id), exc_info=True)
        return None


def request_payout(
    *,
    owner_id: int,
    device_id: int | None,
    pin: str = "",
    idempotency_key: str,
    amount: Money | None = None,
    now: datetime,
) -> Money | None:
    """
    Pay out the merchant balance, or ``amount`` of it, into the owner's wallet, once under its idempotency key.

    Return the remaining balance, or None if it could not be read. Without an amount, as much is paid out as the wallet
    may hold. It takes a trusted device or the PIN.

    :raises ShopNotFound: if the person has no shop
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not authorize it
    :raises NothingToPayOut, CeilingExceeded: of payments, if there is nothing to pay out or no room for it
    """
    shop = catalog.fetch_own_shop(owner_id)
    answer = payments.pay_out_merchant(
        merchant=merchant_reference(shop.public_id),
        owner_id=owner_id,
        device_id=device_id,
        pin=pin,
        amount=amount,
        idempotency_key=idempotency_key,
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()
    return fetch_merchant_balance(owner_id)
