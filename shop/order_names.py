"""The names under which orders and shops are known elsewhere: which shop, and which goods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from shop.models import OrderLine, Shop


@dataclass(frozen=True, slots=True)
class OrderName:
    """The shop and the first item of an order, as both were called when it was placed; ``pieces`` counts all items."""

    shop_name: str
    first_item: str
    quantity: int
    pieces: int


def order_names(orders: Collection[UUID]) -> dict[UUID, OrderName]:
    """Return the names of these orders, in one query; unknown ones are left out."""
    lines = OrderLine.objects.filter(order__public_id__in=orders).order_by("order_id", "position")
    found: dict[UUID, OrderName] = {}
    for order, shop_name, item, quantity in lines.values_list(
        "order__public_id", "order__shop_name", "product_name", "quantity"
    ):
        first = found.get(order, OrderName(shop_name, item, quantity, 0))
        found[order] = OrderName(first.shop_name, first.first_item, first.quantity, first.pieces + quantity)
    return found


def shop_names(shops: Collection[UUID]) -> dict[UUID, str]:
    """Return what these shops are called now, in one query; unknown ones are left out."""
    return dict(Shop.objects.filter(public_id__in=shops).values_list("public_id", "name"))
