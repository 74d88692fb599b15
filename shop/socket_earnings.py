"""What owners may ask of their shop's money, on the socket and under ``/api/v1``."""

from __future__ import annotations

import msgspec

from shop import api, frames
from shop.asked import Amount, Key, Nothing, Pin
from superapp.core import clock
from superapp.realtime.registry import Caller, Shape, command


class EarningsAnswer(msgspec.Struct):
    """What one's shop has earned and is not taken out yet; null where it could not be read."""

    earned: frames.MoneyRow | None


@command("shop.earnings", Nothing, rest="GET shop/earnings", answer=EarningsAnswer)
def earnings(caller: Caller, _nothing: Nothing) -> EarningsAnswer:
    """What one's shop has earned."""
    return EarningsAnswer(frames.wire(api.earned(caller.user_id)))


class WithdrawIn(Shape):
    idempotency_key: Key
    amount: Amount | None = None
    # Needed on a device that is not trusted.
    pin: Pin = ""


@command("shop.withdraw", WithdrawIn, rest="POST shop/withdrawals", cost=10, answer=EarningsAnswer)
def withdraw(caller: Caller, withdraw_in: WithdrawIn) -> EarningsAnswer:
    """
    Take it into one's wallet, once: an amount, or all that the wallet has room for; what is left then. It takes a
    trusted device or the PIN.
    """
    left = api.withdraw(
        owner_id=caller.user_id,
        device_id=caller.device_id,
        pin=withdraw_in.pin,
        idempotency_key=withdraw_in.idempotency_key,
        amount=withdraw_in.amount.money if withdraw_in.amount else None,
        now=clock.now(),
    )
    return EarningsAnswer(frames.wire(left))
