"""Queries of the public catalog: search, newest and related products, and cache keys of public pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from shop.contracts.values import ProductDetails, ProductWithShop, ShopDetails
from shop.errors import ProductNotFound, ShopNotFound
from shop.models import OrderLine, Photo, Product, Shop
from shop.queries import catalog
from superapp.core import prepared

# Products shown for each shop in search results.
PREVIEW_PRODUCTS = 3
# Each word compares three columns of every shop.
SEARCH_WORDS_MAX = 4
# Photos on a shop's share card.
SHARE_CARD_PHOTOS = 3
SHELF_ORDER = ("position", "pk")
NAMES_PER_QUERY = 500

# Newest products are chosen among this many, so that the cost does not grow with the catalog.
NEWEST_CANDIDATES = 300

CacheKey = tuple[tuple[object, ...], ...]
# Versions never repeat. Price and stock are included in case rows are changed by hand, without a new version.
_STATE = """
SELECT n.slug, n.public_id, n.version, sum(v.price_sen), sum(t.version), sum(t.on_hand - t.held - t.committed), n.rev,
    {chosen}
FROM ({products}) AS n
LEFT JOIN shop_variant v ON v.product_id = n.id AND NOT v.is_retired LEFT JOIN shop_stock t ON t.variant_id = v.id
GROUP BY n.place, n.position, n.id, n.slug, n.public_id, n.version, n.rev ORDER BY n.place, n.position, n.id
"""
_LISTED = """
SELECT {place} AS place, p.position, p.id, p.slug, p.public_id, p.version, s.rev
FROM shop_shop s JOIN shop_product p ON p.shop_id = s.id WHERE s.handle = %s AND p.state = 'listed'
"""
_FRONT = f"{_LISTED} ORDER BY p.position, p.id LIMIT %s".format(place=2)
_ITSELF = f"{_LISTED} AND p.slug = %s".format(place=1)
# The chosen variant, if it is one of those that are shown: what is made up leads to the page without one.
_CHOSEN = "max(CASE WHEN v.public_id = %s THEN v.id END)"
_STATE_OF_PRODUCT = _STATE.format(chosen=_CHOSEN, products=f"{_ITSELF} UNION ALL SELECT * FROM ({_FRONT}) AS front")  # noqa: S608
_STATE_OF_SHOP = _STATE.format(chosen=1, products=f"{_FRONT} OFFSET %s")

_NEWEST = """
SELECT n.id, n.version, sum(v.price_sen), sum(t.version), sum(t.on_hand - t.held - t.committed), n.shop_id, n.rev
FROM (
    SELECT p.id, p.version, s.id AS shop_id, s.rev FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id
    WHERE p.state = 'listed' AND s.is_open ORDER BY p.id DESC LIMIT %s
) AS n
LEFT JOIN shop_variant v ON v.product_id = n.id AND NOT v.is_retired LEFT JOIN shop_stock t ON t.variant_id = v.id
GROUP BY n.id, n.version, n.shop_id, n.rev ORDER BY n.id DESC
"""


@dataclass(frozen=True, slots=True)
class ShopWithProducts:
    """A shop with its first products."""

    shop: ShopDetails
    products: tuple[ProductDetails, ...]


@dataclass(frozen=True, slots=True)
class ShopSearchResult:
    """A page of shops ordered by name; ``next`` is the ``after`` of the next page, or None."""

    entries: tuple[ShopWithProducts, ...]
    next: int | None


def product_cache_key(handle: str, slug: str, *, variant: UUID | None, others_max: int) -> CacheKey:
    """
    Return a cache key of everything that the public page of a product shows with a chosen variant and at most
    ``others_max`` other products of its shop; empty if the product is not public. One query.
    """
    chosen = variant if variant is None or connection.vendor == "postgresql" else variant.hex
    rows = prepared.execute_deferred(_STATE_OF_PRODUCT, [chosen, handle, slug, handle, others_max])()
    return tuple(rows) if rows and rows[0][0] == slug else ()


def shop_cache_key(handle: str, *, after: int, limit: int) -> CacheKey:
    """Return a cache key of everything that a page of a shop's public catalog shows. One query."""
    return tuple(prepared.execute_deferred(_STATE_OF_SHOP, [handle, limit, after])())


@dataclass(frozen=True, slots=True)
class Listings:
    """
    The newest listed products of open shops, newest first, and their shops, as ids.

    ``cache_key`` covers everything that a page made of them shows: equal keys make equal pages.
    """

    product_ids: tuple[int, ...]
    shop_ids: tuple[int, ...]
    cache_key: CacheKey


def find_newest(*, products: int, shops: int, per_shop: int) -> Listings:
    """
    Choose the newest products and shops for a front page, in one query.

    At most ``per_shop`` products are of one shop, so that a single merchant cannot fill the page; sold-out products are
    left out.
    """
    rows = prepared.execute_deferred(_NEWEST, [NEWEST_CANDIDATES])()
    chosen: list[tuple[object, ...]] = []
    taken: Counter[int] = Counter()
    for row in rows:
        available, shop_id = row[4], row[5]
        if len(chosen) < products and taken[shop_id] < per_shop and (available is None or available > 0):
            taken[shop_id] += 1
            chosen.append(row)
    shop_revs = {row[5]: row[6] for row in rows}
    shown = tuple(shop_revs.items())[:shops]
    return Listings(
        product_ids=tuple(cast("int", row[0]) for row in chosen),
        shop_ids=tuple(shop_id for shop_id, _rev in shown),
        cache_key=(*chosen, *shown),
    )


def fetch_newest(newest: Listings) -> tuple[list[ProductWithShop], list[ShopDetails]]:
    """Return the products chosen by ``find_newest``, each with its shop, and the shops, in their order."""
    shops = Shop.objects.in_bulk(newest.shop_ids)
    return list_listings(newest.product_ids), [catalog.shop_details(shops[pk]) for pk in newest.shop_ids if pk in shops]


def list_listings(product_ids: Sequence[int]) -> list[ProductWithShop]:
    """Return those of these products that are listed in an open shop, each with its shop, in this order."""
    rows = catalog.products_with_details().filter(catalog.FOR_SALE, pk__in=product_ids)
    products = {row.pk: row for row in rows}
    return [
        ProductWithShop(catalog.shop_details(products[pk].shop), catalog.product_details(products[pk]))
        for pk in product_ids
        if pk in products
    ]


def find_shops(text: str, *, after: int | None = None, limit: int) -> ShopSearchResult:
    """
    Search shops that have listed products; each word must occur in name, town or handle. An empty text matches all
    shops.

    Only the first ``SEARCH_WORDS_MAX`` words count.
    """
    listed = Product.objects.filter(state=Product.State.LISTED)
    front = catalog.products_with_details().filter(catalog.LISTED).order_by(*SHELF_ORDER)[:PREVIEW_PRODUCTS]
    shops = Shop.objects.filter(Exists(listed.filter(shop=OuterRef("pk")))).order_by("name", "pk")
    for word in text.split()[:SEARCH_WORDS_MAX]:
        shops = shops.filter(Q(name__icontains=word) | Q(town__icontains=word) | Q(handle__icontains=word))
    start = after or 0
    shops = shops.prefetch_related(Prefetch("products", queryset=front, to_attr="front"))
    rows = list(shops[start : start + limit + 1])
    entries = tuple(
        ShopWithProducts(catalog.shop_details(shop), tuple(catalog.product_details(one) for one in shop.front))
        for shop in rows[:limit]
    )
    return ShopSearchResult(entries, start + limit if len(rows) > limit else None)


def list_related_products(product: ProductDetails, *, limit: int) -> list[ProductDetails]:
    """List other listed products of the same shop, in catalog order."""
    rows = catalog.products_with_details().filter(catalog.LISTED, shop__public_id=product.shop)
    rows = rows.exclude(public_id=product.public_id)
    return [catalog.product_details(row) for row in rows.order_by(*SHELF_ORDER)[:limit]]


def fetch_listed_product(public_id: UUID) -> ProductWithShop:
    """Return a listed product by its public id, with its shop. :raises ProductNotFound:"""
    row = catalog.products_with_details().filter(catalog.LISTED, public_id=public_id).first()
    if row is None:
        raise ProductNotFound
    return ProductWithShop(catalog.shop_details(row.shop), catalog.product_details(row))


def fetch_shop_with_photos(public_id: UUID) -> tuple[ShopDetails, list[str]]:
    """Return a shop with the names of photos of its first products. :raises ShopNotFound:"""
    shop = Shop.objects.filter(public_id=public_id).first()
    if shop is None:
        raise ShopNotFound
    listed = Product.objects.filter(shop=shop, state=Product.State.LISTED).prefetch_related(_photos())
    photos = [list(product.photos.all()) for product in listed.order_by(*SHELF_ORDER)[: SHARE_CARD_PHOTOS * 2]]
    return catalog.shop_details(shop), [those[0].name for those in photos if those][:SHARE_CARD_PHOTOS]


def find_referenced_photos(names: Collection[str]) -> set[str]:
    """Return those of the given photo names that a product, a shop or an order line refers to."""
    goods_and_logos = (Photo.objects.values_list("name", flat=True), Shop.objects.values_list("logo", flat=True))
    shown = {name for rows in goods_and_logos for name in rows.iterator() if name in names}
    rest = sorted(set(names) - shown)
    for first in range(0, len(rest), NAMES_PER_QUERY):
        some = rest[first : first + NAMES_PER_QUERY]
        shown.update(OrderLine.objects.filter(photo__in=some).values_list("photo", flat=True))
    return shown


def _photos() -> Prefetch[str, QuerySet[Photo], str]:
    return Prefetch("photos", queryset=Photo.objects.order_by(*SHELF_ORDER))
