"""Commands of checkout: quote and buy."""

from __future__ import annotations

import msgspec

from shop import api
from shop.contracts import catalog_rows as rows
from shop.domain.feature_gates import require_checkout
from shop.endpoints.schemas import BuyRequest, QuoteRequest
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command("shop.quote", QuoteRequest, rest="GET products/<uuid:product>/quote", response=rows.QuoteRow)
@require_checkout
def quote_purchase(caller: Caller, quote_in: QuoteRequest) -> rows.QuoteRow:
    """Return the price of a purchase now, and the reason why it would be refused, if any."""
    found = api.quote_purchase(
        product=quote_in.product, variant=quote_in.variant, quantity=quote_in.quantity, buyer_id=caller.user_id
    )
    return rows.quote_row(found, viewer_id=caller.user_id)


class BuyResponse(msgspec.Struct):
    order: str
    number: str


@register_command("shop.buy", BuyRequest, rest="POST orders", cost=10, response=BuyResponse)
@require_checkout
def place_order(caller: Caller, buy_in: BuyRequest) -> BuyResponse:
    """Place and pay an order, once under its idempotency key; a retry gets the stored result, refusals included."""
    address: api.Address = msgspec.to_builtins(buy_in.address)
    answer = api.place_order(
        buyer_id=caller.user_id,
        product=buy_in.product,
        variant=buy_in.variant,
        quantity=buy_in.quantity,
        address=address,
        note=buy_in.note,
        expected_total=buy_in.expected_total.money,
        pin=buy_in.pin,
        device_id=caller.device_id,
        idempotency_key=buy_in.idempotency_key,
        now=clock.now(),
    )
    if not isinstance(answer, api.CheckoutCompleted):
        raise answer.error()
    return BuyResponse(str(answer.order), answer.number)
