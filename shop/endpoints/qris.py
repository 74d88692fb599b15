"""Topics of codes for payment: a bill, until it is paid, and what a shop receives by code."""

from __future__ import annotations

from payments.errors import QrisBillNotFound
from shop import api
from shop.errors import ShopNotFound
from superapp.core import ids
from superapp.realtime import registry
from superapp.realtime.registry import Caller


def _bill_rev(caller: Caller, bill: str) -> int:
    public_id = ids.parse_id(bill)
    if public_id is None:
        raise QrisBillNotFound
    return api.bill_rev(api.fetch_bill(caller.user_id, public_id))


def _received_rev(caller: Caller, shop_id: str) -> int:
    shop = api.find_shop(caller.user_id)
    if shop is None or str(shop.public_id) != shop_id:
        raise ShopNotFound
    return api.fetch_qris_rev(caller.user_id)


registry.register_topic_kind("bill", _bill_rev)
registry.register_topic_kind("qris", _received_rev)
