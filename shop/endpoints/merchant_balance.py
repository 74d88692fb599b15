"""Commands of the merchant balance, on the socket and under ``/api/v1``."""

from __future__ import annotations

import msgspec

from shop import api
from shop.contracts import catalog_rows as rows
from shop.endpoints.schemas import EmptyRequest, PayoutRequest
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


class MerchantBalanceResponse(msgspec.Struct):
    """The balance that is not paid out yet; null if it could not be read."""

    earned: rows.MoneyRow | None


@register_command("shop.earnings", EmptyRequest, rest="GET shop/earnings", response=MerchantBalanceResponse)
def fetch_merchant_balance(caller: Caller, _nothing: EmptyRequest) -> MerchantBalanceResponse:
    """Return the balance of the caller's shop that is not paid out yet."""
    return MerchantBalanceResponse(rows.money_row(api.fetch_merchant_balance(caller.user_id)))


@register_command(
    "shop.withdraw", PayoutRequest, rest="POST shop/withdrawals", cost=10, response=MerchantBalanceResponse
)
def request_payout(caller: Caller, withdraw_in: PayoutRequest) -> MerchantBalanceResponse:
    """
    Pay out the shop's balance, or an amount of it, into the caller's wallet, once under its idempotency key. Without an
    amount, as much is paid out as the wallet may hold. Return the remaining balance. It takes a trusted device or the
    PIN.
    """
    left = api.request_payout(
        owner_id=caller.user_id,
        device_id=caller.device_id,
        pin=withdraw_in.pin,
        idempotency_key=withdraw_in.idempotency_key,
        amount=withdraw_in.amount.money if withdraw_in.amount else None,
        now=clock.now(),
    )
    return MerchantBalanceResponse(rows.money_row(left))
