"""Keeps the index of products as the products are, outside the writes that change them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shop.events import ProductChanged, ShopChanged
from shop.models import Product, Shop
from shop.queries.product_documents import PRODUCTS
from superapp.core import jobs, outbox
from superapp.search import api as search

INDEX_SHOP = "shop.index_products"


def index_product(public_id: UUID) -> None:
    """Index a product as it is now, or take it out of the index."""
    search.index_documents(PRODUCTS, list(Product.objects.filter(public_id=public_id).values_list("pk", flat=True)))


def start_indexing_shop(public_id: UUID, *, now: datetime) -> None:
    """Start the job that indexes all products of a shop, since its name, its town, or that it is open has changed."""
    shop = Shop.objects.filter(public_id=public_id).first()
    if shop is not None:
        jobs.start(INDEX_SHOP, owner_id=None, arguments={"shop": shop.pk}, now=now)


@jobs.register_handler(INDEX_SHOP)
def index_shop(_run: jobs.JobRun, *, shop: int) -> None:
    """Index all products of a shop."""
    ids = Product.objects.filter(shop_id=shop).order_by("pk").values_list("pk", flat=True)
    search.index_documents(PRODUCTS, list(ids))


def is_index_current() -> bool:
    """Return whether the index has all products as they are: it is built, and no change waits to arrive in it."""
    return (
        search.is_built(PRODUCTS)
        and not outbox.is_waiting(ProductChanged, ShopChanged)
        and not jobs.is_waiting(INDEX_SHOP)
    )
