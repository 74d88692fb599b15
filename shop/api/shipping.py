"""Facade of shipping: the ways in which a product can be sent."""

from __future__ import annotations

from uuid import UUID

from shop import errors
from shop.actions.purchase_requests import require_quantity
from shop.domain.shipping_options import ShippingOption
from shop.queries import catalog, shipping_options


def list_shipping_options(
    *,
    product: UUID,
    variant: UUID | None = None,
    quantity: int,
    destination: str,
    viewer_id: int | None = None,
) -> list[ShippingOption]:
    """
    List the ways in which pieces of a product can be sent to a region, by its code, the cheapest first, pickup last.

    Without ``variant`` it is the first that the product sells. Empty if the shop does not send there.

    :raises ProductNotFound: if it does not exist, or is not listed and belongs to somebody else
    :raises VariantNotFound: if it sells no such variant, or none
    :raises QuantityInvalid: if it is no whole number from 1 to ``QUANTITY_MAX``
    """
    pieces = require_quantity(quantity)
    found = catalog.fetch_visible_product(viewer_id, product)
    shown = catalog.product_details(found)
    chosen = next((one for one in shown.variants if variant in (None, one.public_id)), None)
    if chosen is None:
        raise errors.VariantNotFound
    return shipping_options.list_shipping_options(
        found.shop.public_id,
        destination,
        (chosen.weight_grams or 0) * pieces,
        chosen.price.amount_minor * pieces,
    )
