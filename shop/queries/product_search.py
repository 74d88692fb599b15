"""Searches of products: across all shops or in one, narrowed down by price and town, page by page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from shop.contracts.values import ProductWithShop
from shop.domain import categories
from shop.domain.categories import Category
from shop.events import ProductChanged, ShopProductsChanged
from shop.models import Product, Shop
from shop.queries import catalog, public_catalog
from shop.queries.product_documents import PRODUCTS
from superapp.core import outbox, prepared
from superapp.core.money import Money
from superapp.search import api as search

PAGE_SIZE = 24
TOWNS_MAX = CATEGORIES_MAX = 20
# Longer than a transaction takes.
TRANSACTION_MAX = timedelta(minutes=1)
_CURSOR = re.compile(r"(?P<value>\d{1,18})\.(?P<product>[0-9a-f]{32})")
# One look-up in an index for each category.
_USED = """
WITH category (slug) AS (VALUES {slugs})
SELECT slug FROM category WHERE EXISTS (SELECT 1 FROM shop_productdocument d WHERE d.category = category.slug)
"""
_COLUMNS = ("town_key", "town", "price_sen", "category")


class ProductOrder(StrEnum):
    """The orders in which products are listed, by their names in addresses."""

    RELEVANT = ""
    NEWEST = "terbaru"
    CHEAPEST = "termurah"
    DEAREST = "termahal"


_COLUMN_OF = {
    ProductOrder.RELEVANT: "",
    ProductOrder.NEWEST: "-id",
    ProductOrder.CHEAPEST: "price_sen",
    ProductOrder.DEAREST: "-price_sen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """
    A search of products, or without a text all of a category. ``after`` is the ``next`` of the page before, and
    anything else begins at the first.
    """

    text: str = ""
    category: Category | None = None
    shop: Shop | None = None
    town_key: str = ""
    price_min: Money | None = None
    price_max: Money | None = None
    order: ProductOrder = ProductOrder.RELEVANT
    after: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundCategory:
    """A category with the number of products of it that were found."""

    category: Category
    count: int


@dataclass(frozen=True, slots=True)
class FoundProducts:
    """
    A page of found products, and what is known of all that match.

    ``count`` is exact up to ``search.COUNT_MAX``. ``words`` are those that were searched; ``towns`` and ``categories``,
    each a level below the one that was searched, are those of what was found, with most products first. Without
    ``is_complete`` something may be missing: nothing may then be said of what there is not.
    """

    products: list[ProductWithShop]
    next: str
    count: int
    is_truncated: bool
    is_complete: bool
    words: tuple[str, ...]
    is_corrected: bool
    towns: tuple[Town, ...]
    categories: tuple[FoundCategory, ...]


def find_shop(handle: str) -> Shop | None:
    """
    Return the shop to search in; None if the handle is empty.

    :raises ShopNotFound: if there is none with this handle
    """
    return catalog.fetch_shop_by_handle(handle) if handle else None


def find_products(wanted: ProductSearch) -> FoundProducts:
    """
    Search products, and return one page of them. Each is looked at once more, so that none is shown that is hidden.
    """
    progress = search.fetch_progress(PRODUCTS)
    result, is_complete = _search(wanted), progress.is_built
    is_searched = bool(result.words) or wanted.category is not None
    if is_searched and is_complete and (result.is_corrected or not result.candidates):
        # A correction says that no shop has the word. The second search finds what has arrived meanwhile.
        is_complete = not _is_waiting(None if result.is_corrected else wanted.shop, progress.begun_at)
        result = _search(wanted)
    rest = _after(result.candidates, wanted)
    page = rest[:PAGE_SIZE]
    return FoundProducts(
        products=public_catalog.list_listings([one.id for one in page]),
        next=_cursor(page, wanted.order) if len(rest) > len(page) else "",
        count=len(result.candidates),
        is_truncated=result.is_truncated,
        is_complete=is_complete,
        words=result.words,
        is_corrected=result.is_corrected,
        towns=_towns(result.candidates),
        categories=_categories(result.candidates, wanted.category),
    )


def _search(wanted: ProductSearch) -> search.SearchResult:
    request = search.SearchRequest(
        text=wanted.text,
        scope=wanted.shop.pk if wanted.shop else None,
        where=_conditions(wanted),
        order=_COLUMN_OF[wanted.order],
        columns=_COLUMNS,
    )
    list_all = not wanted.text and wanted.category is not None
    return (search.browse if list_all else search.search)(PRODUCTS, request)


def _is_waiting(shop: Shop | None, begun_at: datetime | None) -> bool:
    """Return whether changes of this shop, or of any, that are not in a built index wait to arrive in it."""
    of_shop = {} if shop is None else {"shop": str(shop.public_id)}
    # Whoever committed a change before the index was begun had published it little earlier.
    since = None if begun_at is None else begun_at - TRANSACTION_MAX
    return outbox.is_waiting(ProductChanged, ShopProductsChanged, since=since, **of_shop)


def list_used_categories() -> list[str]:
    """List the slugs of categories with listed products, or with some within them, in the order of the tree."""
    slugs = list(categories.categories())
    rows = prepared.execute_deferred(_USED.format(slugs=", ".join(["(%s)"] * len(slugs))), slugs)()
    used = {one for (slug,) in rows for one in categories.categories()[slug].path}
    return [slug for slug in slugs if slug in used]


def suggest_products(text: str, shop: Shop | None) -> list[str]:
    """Return texts that go on with what somebody types, and find products."""
    return search.suggest(PRODUCTS, text, scope=shop.pk if shop else None)


def _conditions(wanted: ProductSearch) -> Q:
    conditions = Q()
    if wanted.town_key:
        conditions &= Q(town_key=wanted.town_key)
    if wanted.category is not None:
        conditions &= Q(category__in=categories.list_subtree(wanted.category.slug))
    if wanted.price_min is not None:
        conditions &= Q(price_sen__gte=wanted.price_min.amount_minor)
    if wanted.price_max is not None:
        conditions &= Q(price_sen__lte=wanted.price_max.amount_minor)
    return conditions


# Positions in a list: each is unique, and stays the same while others come and go.


def _value(candidate: search.Candidate, order: ProductOrder) -> int:
    if order is ProductOrder.RELEVANT:
        return candidate.rank
    _key, _name, price, _category = candidate.facets
    return 0 if order is ProductOrder.NEWEST else int(str(price))


def _position(order: ProductOrder) -> Callable[[int, int], tuple[int, int]]:
    sign = 1 if order is ProductOrder.CHEAPEST else -1
    return lambda value, product_id: (sign * value, -product_id)


def _after(candidates: Sequence[search.Candidate], wanted: ProductSearch) -> list[search.Candidate]:
    cursor = _CURSOR.fullmatch(wanted.after)
    last = Product.objects.filter(public_id=UUID(cursor["product"])).first() if cursor else None
    if cursor is None or last is None:
        return list(candidates)
    position = _position(wanted.order)
    start = position(int(cursor["value"]), last.pk)
    return [one for one in candidates if position(_value(one, wanted.order), one.id) > start]


def _cursor(page: Sequence[search.Candidate], order: ProductOrder) -> str:
    """Return the position of the last candidate whose product is there; empty if there is none."""
    rows = Product.objects.filter(pk__in=[one.id for one in page])
    public_ids = dict(rows.values_list("pk", "public_id"))
    there = [one for one in page if one.id in public_ids]
    return f"{_value(there[-1], order)}.{public_ids[there[-1].id].hex}" if there else ""


def _towns(candidates: Sequence[search.Candidate]) -> tuple[Town, ...]:
    counts, names = Counter[str](), dict[str, str]()
    for candidate in candidates:
        key, name, _price, _category = map(str, candidate.facets)
        counts[key] += 1
        names.setdefault(key, name)
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    return tuple(Town(key, names[key]) for key in keys[:TOWNS_MAX])


def _categories(candidates: Sequence[search.Candidate], within: Category | None) -> tuple[FoundCategory, ...]:
    level = len(within.path) if within else 0
    paths = [one.path for candidate in candidates if (one := categories.categories().get(str(candidate.facets[-1])))]
    counts = Counter(path[level] for path in paths if len(path) > level)
    slugs = sorted(counts, key=lambda slug: (-counts[slug], slug))
    return tuple(FoundCategory(categories.categories()[slug], counts[slug]) for slug in slugs[:CATEGORIES_MAX])
