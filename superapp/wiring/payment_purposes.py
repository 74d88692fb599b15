"""The purposes of a shop's payments: its name and products, for the wallet and receipts."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from payments import api as payments
from payments.api import Purpose
from shop import api as shop


def register() -> None:
    """Register the purpose resolvers for references of shop."""
    payments.register_purpose_resolver("shop.order", describe_orders, find_orders)
    payments.register_purpose_resolver("shop.storefront", describe_shops)


def describe_orders(references: Collection[str]) -> dict[str, Purpose]:
    """Return the shop and the products of each order."""
    ids = _ids(references)
    names = shop.fetch_order_titles(ids.values())
    return {
        reference: Purpose(name=name.shop_name, items=_items(name), address=reverse("shop:order", args=[order]))
        for reference, order in ids.items()
        if (name := names.get(order))
    }


def find_orders(buyer_id: int, written: str) -> list[str]:
    """List the references of a buyer's orders whose shop or products have these words in the name."""
    return [f"shop.order:{order}" for order in shop.search_orders(buyer_id, written)]


def describe_shops(references: Collection[str]) -> dict[str, Purpose]:
    """Return the name of each shop that receives a payout."""
    ids = _ids(references)
    names = shop.fetch_shop_names(ids.values())
    return {reference: Purpose(name=names[one]) for reference, one in ids.items() if one in names}


def _items(order: shop.OrderTitle) -> str:
    first = f"{order.first_item} ×\u00a0{order.quantity}" if order.quantity > 1 else order.first_item
    others = order.pieces - order.quantity
    return _("{first} and {count} more").format(first=first, count=others) if others else first


def _ids(references: Collection[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for reference in references:
        try:
            found[reference] = UUID(reference.partition(":")[2])
        except ValueError:  # The reference is not of a shop's and has no name.
            continue
    return found
