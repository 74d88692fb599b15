"""Wire rows of shipping options, and the function that builds them."""

from __future__ import annotations

import msgspec

from shop.contracts.catalog_rows import MoneyRow
from shop.domain.shipping_options import OptionKind, ShippingOption
from superapp.core.money import Money


class ShippingOptionRow(msgspec.Struct, kw_only=True):
    """
    A way of sending: ``label`` is the courier's service, empty for the shop's own ways. ``price`` is null if buyer and
    shop agree on it outside of the total; ``days`` is [at least, at most], or null.
    """

    id: str
    kind: str
    label: str
    price: MoneyRow | None
    full_price: MoneyRow | None
    days: tuple[int, int] | None


def shipping_option_row(option: ShippingOption) -> ShippingOptionRow:
    is_priced = option.kind != OptionKind.AGREED
    return ShippingOptionRow(
        id=option.id,
        kind=option.kind.value,
        label=option.label,
        price=Money(option.price_sen).to_wire() if is_priced else None,
        full_price=Money(option.full_sen).to_wire() if is_priced else None,
        days=option.days,
    )
