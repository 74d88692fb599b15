"""The names under which orders and shops are known elsewhere: which shop, and which goods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shop.models import Order, OrderLine, Shop

FOUND_MAX = 200


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


def find_orders(buyer_id: int, written: str) -> list[UUID]:
    """Return the newest orders of a buyer, at most ``FOUND_MAX``, whose shop or goods have these words in the name."""
    with_goods = OrderLine.objects.filter(order=OuterRef("pk"), product_name__icontains=written)
    found = Order.objects.filter(Q(shop_name__icontains=written) | Exists(with_goods), buyer_id=buyer_id)
    return list(found.order_by("-public_id").values_list("public_id", flat=True)[:FOUND_MAX])


def shop_names(shops: Collection[UUID]) -> dict[UUID, str]:
    """Return what these shops are called now, in one query; unknown ones are left out."""
    return dict(Shop.objects.filter(public_id__in=shops).values_list("public_id", "name"))
