"""The price of a purchase before it is agreed, and why it would be refused."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shop import errors
from shop.actions.checkout import find_refusal
from shop.actions.purchase_requests import require_quantity
from shop.contracts.values import Quote, VariantDetails
from shop.queries import catalog
from superapp.core.errors import DomainError
from superapp.core.money import Money


def quote_purchase(*, product: UUID, variant: UUID | None = None, quantity: int, buyer_id: int | None = None) -> Quote:
    """
    Return the total price now, and the refusal if the product cannot be bought. Without ``variant`` it is of the only
    one that the product sells.

    :raises ProductNotFound: if it does not exist, or is not listed and belongs to somebody else
    :raises QuantityInvalid: if it is no whole number from 1 to ``QUANTITY_MAX``
    """
    pieces = require_quantity(quantity)
    found = catalog.fetch_visible_product(buyer_id, product)
    shown = catalog.product_details(found)
    chosen = _choose_variant(shown.variants, variant)
    price = chosen.price if chosen is not None else shown.price
    total = (price or Money(0)) * pieces
    return Quote(
        shop=catalog.shop_details(found.shop),
        product=shown,
        variant=chosen,
        quantity=pieces,
        items=total,
        shipping=Money(0),
        total=total,
        why_not=_quote_refusal(product, variant, pieces, buyer_id, total),
    )


def _choose_variant(variants: Sequence[VariantDetails], public_id: UUID | None) -> VariantDetails | None:
    if public_id is None:
        return variants[0] if len(variants) == 1 else None
    return next((one for one in variants if one.public_id == public_id), None)


def _quote_refusal(
    product: UUID, variant: UUID | None, quantity: int, buyer_id: int | None, total: Money
) -> DomainError | None:
    try:
        offer = catalog.pipeline_offer(product, variant, buyer_id=buyer_id or 0)()
        refusal = find_refusal([[(offer, quantity)]], buyer_id, total, total)
    except (errors.StockUnknown, errors.VariantNeeded, errors.VariantNotFound) as problem:
        return problem
    return refusal.error() if refusal else None
