"""Shops and goods as strangers come upon them: found by a word, beside each other, by an address that was shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from shop.errors import ProductNotFound, ShopNotFound
from shop.models import OrderLine, Photo, Product, Shop
from shop.queries import goods
from shop.shapes import ProductPage, ProductView, ShopView
from superapp.core import prepared

# Of each shop that is found, so many of its goods are shown.
FRONT = 3
# Each word asks for three columns of every shop.
WORDS_MAX = 4
# So many photos may stand on a shop's card.
CARD_PHOTOS = 3
IN_ORDER = ("position", "pk")
NAMES_PER_QUERY = 500

# The newest goods are looked for among so many, so that the look costs the same however many there are.
NEWEST_CANDIDATES = 300

State = tuple[tuple[object, ...], ...]
# Versions count changes and never come back. The numbers beside them are there for what is changed behind our backs.
_STATE = """
SELECT p.slug, p.public_id, p.version, p.price_sen, t.version, t.on_hand - t.held - t.committed, s.rev
FROM shop_shop s JOIN shop_product p ON p.shop_id = s.id LEFT JOIN shop_stock t ON t.product_id = p.id
WHERE s.handle = %s AND p.state = 'listed'
"""
_FRONT = f"{_STATE} ORDER BY p.position, p.id LIMIT %s"
_ITSELF_AND_FRONT = f"{_STATE} AND p.slug = %s UNION ALL SELECT * FROM ({_FRONT}) AS front"  # noqa: S608 - both are above.

_NEWEST = """
SELECT p.id, p.version, p.price_sen, t.version, t.on_hand - t.held - t.committed, s.id, s.rev
FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id LEFT JOIN shop_stock t ON t.product_id = p.id
WHERE p.state = 'listed' AND s.is_open ORDER BY p.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A shop with what stands at its front."""

    shop: ShopView
    products: tuple[ProductView, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Shops by name; with ``next``, ask again ``after`` it."""

    entries: tuple[Entry, ...]
    next: int | None


def product_state(handle: str, slug: str, *, beside: int) -> State:
    """
    All that the page of a listed product says, as numbers: itself, and so many at the front of its shop; in one query.
    Empty if there is no such product to be seen.
    """
    rows = prepared.ask(_ITSELF_AND_FRONT, [handle, slug, handle, beside])()
    return tuple(rows) if rows and rows[0][0] == slug else ()


def shelf_state(handle: str, *, after: int, limit: int) -> State:
    """The same of a shop and what stands on its shelf, of so many goods after the first ``after``; in one query."""
    return tuple(prepared.ask(f"{_FRONT} OFFSET %s", [handle, limit, after])())


@dataclass(frozen=True, slots=True)
class Newest:
    """
    The newest listed products of open shops, newest first, and the shops they are from.

    ``state`` names everything that a page made of them says: equal states make equal pages.
    """

    product_ids: tuple[int, ...]
    shop_ids: tuple[int, ...]
    state: State


def find_newest(*, products: int, shops: int, per_shop: int) -> Newest:
    """
    Choose what a front page shows, in one query: at most ``per_shop`` products of one shop, so that a single merchant
    cannot fill it, and nothing that is sold out.
    """
    rows = prepared.ask(_NEWEST, [NEWEST_CANDIDATES])()
    chosen: list[tuple[object, ...]] = []
    taken: Counter[int] = Counter()
    for row in rows:
        available, shop_id = row[4], row[5]
        if len(chosen) < products and taken[shop_id] < per_shop and (available is None or available > 0):
            taken[shop_id] += 1
            chosen.append(row)
    shop_revs = {row[5]: row[6] for row in rows}
    shown = tuple(shop_revs.items())[:shops]
    return Newest(
        product_ids=tuple(cast("int", row[0]) for row in chosen),
        shop_ids=tuple(shop_id for shop_id, _rev in shown),
        state=(*chosen, *shown),
    )


def fetch_newest(newest: Newest) -> tuple[list[ProductPage], list[ShopView]]:
    """Return the products chosen by ``find_newest``, each with its shop, and the shops, in their order."""
    found = (
        Product.objects.filter(pk__in=newest.product_ids).select_related("shop", "stock").prefetch_related(_photos())
    )
    products = {row.pk: row for row in found}
    shops = Shop.objects.in_bulk(newest.shop_ids)
    pages = [
        ProductPage(goods.shop_view(products[pk].shop), goods.product_view(products[pk]))
        for pk in newest.product_ids
        if pk in products
    ]
    return pages, [goods.shop_view(shops[pk]) for pk in newest.shop_ids if pk in shops]


def find_shops(text: str, *, after: int | None = None, limit: int) -> Found:
    """
    Shops with something on the shelf whose name or town has the words of this text in it, of many words the first few;
    all of them if it is empty.
    """
    listed = Product.objects.filter(state=Product.State.LISTED)
    front = listed.select_related("shop", "stock").prefetch_related(_photos()).order_by(*IN_ORDER)[:FRONT]
    shops = Shop.objects.filter(Exists(listed.filter(shop=OuterRef("pk")))).order_by("name", "pk")
    for word in text.split()[:WORDS_MAX]:
        shops = shops.filter(Q(name__icontains=word) | Q(town__icontains=word) | Q(handle__icontains=word))
    start = after or 0
    shops = shops.prefetch_related(Prefetch("products", queryset=front, to_attr="front"))
    rows = list(shops[start : start + limit + 1])
    entries = tuple(
        Entry(goods.shop_view(shop), tuple(goods.product_view(one) for one in shop.front)) for shop in rows[:limit]
    )
    return Found(entries, start + limit if len(rows) > limit else None)


def neighbours(product: ProductView, *, limit: int) -> list[ProductView]:
    """What else stands on the shelf of the same shop, from its front."""
    rows = Product.objects.filter(shop__public_id=product.shop, state=Product.State.LISTED)
    rows = rows.exclude(public_id=product.public_id).select_related("shop", "stock").prefetch_related(_photos())
    return [goods.product_view(row) for row in rows.order_by(*IN_ORDER)[:limit]]


def product_by_id(public_id: UUID) -> ProductPage:
    """A listed product with its shop. :raises ProductNotFound:"""
    rows = Product.objects.select_related("shop", "stock").prefetch_related(_photos())
    row = rows.filter(public_id=public_id, state=Product.State.LISTED).first()
    if row is None:
        raise ProductNotFound
    return ProductPage(goods.shop_view(row.shop), goods.product_view(row))


def shop_by_id(public_id: UUID) -> tuple[ShopView, list[str]]:
    """A shop, and the names of the photos at its front. :raises ShopNotFound:"""
    shop = Shop.objects.filter(public_id=public_id).first()
    if shop is None:
        raise ShopNotFound
    listed = Product.objects.filter(shop=shop, state=Product.State.LISTED).prefetch_related(_photos())
    photos = [list(product.photos.all()) for product in listed.order_by(*IN_ORDER)[: CARD_PHOTOS * 2]]
    return goods.shop_view(shop), [those[0].name for those in photos if those][:CARD_PHOTOS]


def photos_shown(names: Collection[str]) -> set[str]:
    """Those of these photos that a product, a shop or an order shows."""
    goods_and_logos = (Photo.objects.values_list("name", flat=True), Shop.objects.values_list("logo", flat=True))
    shown = {name for rows in goods_and_logos for name in rows.iterator() if name in names}
    rest = sorted(set(names) - shown)
    for first in range(0, len(rest), NAMES_PER_QUERY):
        some = rest[first : first + NAMES_PER_QUERY]
        shown.update(OrderLine.objects.filter(photo__in=some).values_list("photo", flat=True))
    return shown


def _photos() -> Prefetch[str, QuerySet[Photo], str]:
    return Prefetch("photos", queryset=Photo.objects.order_by(*IN_ORDER))
