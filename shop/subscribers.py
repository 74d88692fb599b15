"""Handlers of facts of payments in the shop."""

from __future__ import annotations

from payments.events import QrisPaid
from shop import push
from shop.actions import qris
from shop.domain.payment_references import find_shop_id
from superapp.core.events import subscribe


@subscribe(QrisPaid)
def push_qris_payment(event: QrisPaid) -> None:
    """Tell the open pages of a shop that a code of it was paid."""
    shop = find_shop_id(event.merchant)
    if shop is not None:
        push.qris_paid(shop, rev=qris.qris_rev(event.merchant), bill=event.bill)
