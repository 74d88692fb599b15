"""Keeps the index of products as the products are, outside the writes that change them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shop.events import ShopProductsChanged
from shop.models import Product
from shop.queries.product_documents import PRODUCTS
from superapp.core import outbox
from superapp.search import api as search

PRODUCTS_AT_ONCE = 50


def index_product(public_id: UUID) -> None:
    """Index a product as it is now, or take it out of the index."""
    search.index_documents(PRODUCTS, list(Product.objects.filter(public_id=public_id).values_list("pk", flat=True)))


def index_shop(public_id: UUID, *, after: int) -> None:
    """Index the next products of a shop, and have those after them indexed next."""
    rows = Product.objects.filter(shop__public_id=public_id, pk__gt=after).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:PRODUCTS_AT_ONCE])
    with transaction.atomic():
        search.index_documents(PRODUCTS, ids)
        if len(ids) == PRODUCTS_AT_ONCE:
            outbox.publish(ShopProductsChanged(shop=str(public_id), after=ids[-1]))
