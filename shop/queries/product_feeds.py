"""The catalog of a shop as other places sell from it: an item for each variant, with what their feeds need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shop.contracts.values import ProductDetails, ShopDetails, VariantDetails
from shop.domain.product_options import name_with_variant
from shop.errors import StockUnknown
from shop.models import Photo, Product, Shop, Variant
from shop.queries import catalog
from superapp.core.money import Money

PRODUCTS_PER_QUERY = 100
# A feed is made in memory, about a kilobyte for each item.
ITEMS_MAX = 10_000
PHOTOS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """
    A variant for sale elsewhere. ``path`` and ``photos`` are paths and names of ours; ``group`` is shared by the
    variants of a product, and empty if it has only one.
    """

    id: str
    group: str
    title: str
    description: str
    path: str
    photos: tuple[str, ...]
    price: Money
    is_in_stock: bool
    sku: str
    weight_grams: int | None


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """The number of items in the feeds of a shop, and of its listed products that have no photo and are left out."""

    items: int
    without_photo: int


def summarize_feed(shop: Shop) -> FeedSummary:
    """Count the items of a shop's feeds without making them."""
    listed = Product.objects.filter(catalog.LISTED, shop=shop)
    shown = listed.filter(pk__in=Photo.objects.filter(product__shop=shop).values("product"))
    items = Variant.objects.filter(is_retired=False, product__in=shown).count()
    return FeedSummary(min(items, ITEMS_MAX), listed.count() - shown.count())


def list_feed_items(shop: Shop) -> list[FeedItem]:
    """
    Return the items of a shop's feeds in catalog order, at most ``ITEMS_MAX``.

    Products without a photo are left out, since no feed takes them.

    :raises StockUnknown: if the stock of one of them cannot be read: a feed without it would tell that it is gone
    """
    items: list[FeedItem] = []
    for product in _iterate_listed(shop):
        details = catalog.product_details(product)
        if details.photos:
            shown = catalog.shop_details(product.shop)
            items += (_feed_item(shown, details, variant) for variant in details.variants)
        if len(items) >= ITEMS_MAX:
            break
    return items[:ITEMS_MAX]


def _iterate_listed(shop: Shop) -> Iterator[Product]:
    after = 0
    while True:
        products = catalog.list_listed_products(shop, after=after, limit=PRODUCTS_PER_QUERY)
        yield from products
        after += PRODUCTS_PER_QUERY
        if len(products) < PRODUCTS_PER_QUERY:
            return


def _feed_item(shop: ShopDetails, product: ProductDetails, variant: VariantDetails) -> FeedItem:
    if variant.stock is None:
        raise StockUnknown(retry_after=300)
    path = f"/toko/{shop.handle}/{product.slug}/"
    names = [photo.name for photo in product.photos]
    if variant.photo:
        names.sort(key=lambda name: name != variant.photo)
    return FeedItem(
        id=str(variant.public_id if product.options else product.public_id),
        group=str(product.public_id) if product.options else "",
        title=name_with_variant(product.name, variant.title),
        description=product.description or product.name,
        path=f"{path}?varian={variant.public_id}" if product.options else path,
        photos=tuple(names[:PHOTOS_MAX]),
        price=variant.price,
        is_in_stock=shop.is_open and variant.stock.available > 0,
        sku=variant.sku,
        weight_grams=variant.weight_grams,
    )
