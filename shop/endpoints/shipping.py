"""Commands of shipping: the ways in which a product can be sent."""

from __future__ import annotations

import msgspec

from shop import api
from shop.contracts.shipping_rows import ShippingOptionRow, shipping_option_row
from shop.domain.feature_gates import require_storefront
from shop.endpoints.schemas import ShippingOptionsRequest
from superapp.realtime.registry import Caller, register_command


class ShippingOptionsResponse(msgspec.Struct):
    options: list[ShippingOptionRow]


@register_command(
    "shop.shipping_options",
    ShippingOptionsRequest,
    rest="GET products/<uuid:product>/shipping",
    response=ShippingOptionsResponse,
)
@require_storefront
def list_shipping_options(caller: Caller, options_in: ShippingOptionsRequest) -> ShippingOptionsResponse:
    """Return the ways in which a product can be sent to a region now; none if the shop does not send there."""
    found = api.list_shipping_options(
        product=options_in.product,
        variant=options_in.variant,
        quantity=options_in.quantity,
        destination=options_in.region,
        viewer_id=caller.user_id,
    )
    return ShippingOptionsResponse([shipping_option_row(option) for option in found])
