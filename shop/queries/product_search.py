"""Searches of products: across all shops or in one, narrowed down by price and town, page by page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q, Sum

from shop.models import Product, Shop
from shop.queries import catalog
from shop.queries.product_documents import PRODUCTS
from shop.queries.public_catalog import NewestListings
from superapp.core.money import Money
from superapp.search import api as search

PAGE_SIZE = 24
TOWNS_MAX = 20
_CURSOR = re.compile(r"(?P<value>\d{1,18})\.(?P<product>[0-9a-f]{32})")
_COLUMNS = ("town_key", "town", "price_sen")


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
    """A search of products; ``after`` is the ``next`` of the page before, and anything else begins at the first."""

    text: str
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
class FoundProducts:
    """
    A page of found products, for ``fetch_newest``, and what is known of all that match.

    ``count`` is exact up to ``search.COUNT_MAX``. ``words`` are those that were searched, and ``towns`` those of what
    was found, with most products first.
    """

    listings: NewestListings
    next: str
    count: int
    is_truncated: bool
    words: tuple[str, ...]
    is_corrected: bool
    towns: tuple[Town, ...]


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
    result = search.search(
        PRODUCTS,
        search.SearchRequest(
            text=wanted.text,
            scope=wanted.shop.pk if wanted.shop else None,
            where=_conditions(wanted),
            order=_COLUMN_OF[wanted.order],
            columns=_COLUMNS,
        ),
    )
    rest = _after(result.candidates, wanted)
    page = rest[:PAGE_SIZE]
    return FoundProducts(
        listings=_listings([one.id for one in page]),
        next=_cursor(page[-1], wanted.order) if len(rest) > len(page) else "",
        count=len(result.candidates),
        is_truncated=result.is_truncated,
        words=result.words,
        is_corrected=result.is_corrected,
        towns=_towns(result.candidates),
    )


def suggest_products(text: str, shop: Shop | None) -> list[str]:
    """Return texts that go on with what somebody types, and find products."""
    return search.suggest(PRODUCTS, text, scope=shop.pk if shop else None)


def _conditions(wanted: ProductSearch) -> Q:
    conditions = Q()
    if wanted.town_key:
        conditions &= Q(town_key=wanted.town_key)
    if wanted.price_min is not None:
        conditions &= Q(price_sen__gte=wanted.price_min.amount_minor)
    if wanted.price_max is not None:
        conditions &= Q(price_sen__lte=wanted.price_max.amount_minor)
    return conditions


# Positions in a list: each is unique, and stays the same while others come and go.


def _value(candidate: search.Candidate, order: ProductOrder) -> int:
    if order is ProductOrder.RELEVANT:
        return candidate.rank
    _key, _name, price = candidate.facets
    return 0 if order is ProductOrder.NEWEST else int(str(price))


def _position(order: ProductOrder) -> Callable[[int, int], tuple[int, int]]:
    sign = 1 if order is ProductOrder.CHEAPEST else -1
    return lambda value, product_id: (sign * value, -product_id)


def _after(candidates: Sequence[search.Candidate], wanted: ProductSearch) -> list[search.Candidate]:
    cursor = _CURSOR.fullmatch(wanted.after)
    last = Product.objects.filter(public_id=UUID(cursor["product"])).values_list("pk", flat=True) if cursor else ()
    position = _position(wanted.order)
    starts = [position(int(cursor["value"]), pk) for pk in last] if cursor else []
    if not starts:
        return list(candidates)
    return [one for one in candidates if position(_value(one, wanted.order), one.id) > starts[0]]


def _cursor(candidate: search.Candidate, order: ProductOrder) -> str:
    public_id = Product.objects.values_list("public_id", flat=True).get(pk=candidate.id)
    return f"{_value(candidate, order)}.{public_id.hex}"


def _listings(ids: Sequence[int]) -> NewestListings:
    """Return those of the products that are listed in an open shop now, and the key of all that is shown of them."""
    sold = Q(variants__is_retired=False)
    left = F("variants__stock__on_hand") - F("variants__stock__held") - F("variants__stock__committed")
    rows = Product.objects.filter(pk__in=ids, state=Product.State.LISTED, shop__is_open=True).annotate(
        prices=Sum("variants__price_sen", filter=sold),
        stocks=Sum("variants__stock__version", filter=sold),
        left=Sum(left, filter=sold),
    )
    shown_of_each = ("pk", "version", "shop__rev", "prices", "stocks", "left")
    states = {row[0]: row for row in rows.order_by("pk").values_list(*shown_of_each)}
    shown = [pk for pk in ids if pk in states]
    return NewestListings(product_ids=tuple(shown), shop_ids=(), cache_key=tuple(states[pk] for pk in shown))


def _towns(candidates: Sequence[search.Candidate]) -> tuple[Town, ...]:
    counts, names = Counter[str](), dict[str, str]()
    for candidate in candidates:
        key, name, _price = map(str, candidate.facets)
        counts[key] += 1
        names.setdefault(key, name)
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    return tuple(Town(key, names[key]) for key in keys[:TOWNS_MAX])
