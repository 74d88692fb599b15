"""What a shop has earned, for its owner alone, and the way of it into their wallet."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from payments import api as payments
from shop.actions.moving import merchant_name
from shop.queries import goods
from superapp.core.money import Money

log = structlog.get_logger(__name__)


def earned(owner_id: int) -> Money | None:
    """
    What lies there for one's shop and was not taken out yet; None if it could not be read, which is not nothing.

    :raises ShopNotFound: if there is no shop
    """
    shop = goods.own_shop(owner_id)
    try:
        with transaction.atomic():
            return payments.merchant_balance(merchant_name(shop.public_id)).all
    except DatabaseError:
        log.warning("earnings_unknown", shop=str(shop.public_id), exc_info=True)
        return None


def withdraw(
    *,
    owner_id: int,
    device_id: int | None,
    pin: str = "",
    idempotency_key: str,
    amount: Money | None = None,
    now: datetime,
) -> Money | None:
    """
    Take what one's shop has earned, or ``amount`` of it, into one's wallet, once under its key; what is left then.
    Without an amount it is all of it, as far as the wallet has room. It takes a trusted device or the PIN.

    :raises ShopNotFound: if there is no shop
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not suffice
    :raises NothingToPayOut, CeilingExceeded: and the like of payments, if the money cannot go there
    """
    shop = goods.own_shop(owner_id)
    answer = payments.pay_out_merchant(
        merchant=merchant_name(shop.public_id),
        owner_id=owner_id,
        device_id=device_id,
        pin=pin,
        amount=amount,
        idempotency_key=idempotency_key,
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()
    return earned(owner_id)
