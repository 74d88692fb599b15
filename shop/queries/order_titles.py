"""Queries of the titles and people of orders and shops, for other apps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from shop.contracts.values import OrderTitle
from shop.domain.product_options import name_with_variant
from shop.models import Order, OrderLine, Shop

FOUND_MAX = 200


def fetch_order_titles(orders: Collection[UUID]) -> dict[UUID, OrderTitle]:
    """Return shop name and first item of these orders by id, in one query; unknown orders are left out."""
    lines = OrderLine.objects.filter(order__public_id__in=orders).order_by("order_id", "position")
    found: dict[UUID, OrderTitle] = {}
    for order, number, shop_name, name, variant, quantity in lines.values_list(
        "order__public_id", "order__number", "order__shop_name", "product_name", "variant_title", "quantity"
    ):
        first = found.get(order, OrderTitle(shop_name, name_with_variant(name, variant), quantity, 0, number))
        found[order] = replace(first, pieces=first.pieces + quantity)
    return found


def search_orders(buyer_id: int, written: str) -> list[UUID]:
    """Return the newest orders of a buyer, at most ``FOUND_MAX``, whose shop or product names contain this text."""
    with_goods = OrderLine.objects.filter(order=OuterRef("pk"), product_name__icontains=written)
    found = Order.objects.filter(Q(shop_name__icontains=written) | Exists(with_goods), buyer_id=buyer_id)
    return list(found.order_by("-public_id").values_list("public_id", flat=True)[:FOUND_MAX])


def fetch_shop_names(shops: Collection[UUID]) -> dict[UUID, str]:
    """Return the current names of these shops by id, in one query; unknown shops are left out."""
    return dict(Shop.objects.filter(public_id__in=shops).values_list("public_id", "name"))


def find_order_parties(orders: Collection[UUID]) -> set[int]:
    """Return the user ids of the buyers of these orders and of the owners of their shops, in one query."""
    parties = Order.objects.filter(public_id__in=orders).values_list("buyer_id", "shop__owner_id")
    return {user_id for pair in parties for user_id in pair}


def find_shop_owners(shops: Collection[UUID]) -> set[int]:
    """Return the user ids of the owners of these shops."""
    return set(Shop.objects.filter(public_id__in=shops).values_list("owner_id", flat=True))
