"""The form by which products are narrowed down and sorted, and what its pages show of what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from shop.domain import categories
from shop.domain.categories import Category
from shop.models import PRICE_SEN_MAX, Shop
from shop.pages import storefront_presenters
from shop.queries import product_search
from shop.queries.product_documents import town_key
from shop.queries.product_search import FoundProducts, ProductOrder, ProductSearch, Town
from superapp.core import money
from superapp.core.errors import AmountInvalid
from superapp.core.money import Money
from superapp.search import api as search

INPUT_CHARS_MAX = search.QUERY_CHARS_MAX
HANDLE_CHARS_MAX = Shop.HANDLE_CHARS_MAX
# Fields that narrow down what is found.
FILTERS = ("kategori", "kota", "dari", "sampai")

ORDER_LABELS: dict[ProductOrder, str | Promise] = {
    ProductOrder.RELEVANT: gettext_lazy("Most relevant"),
    ProductOrder.NEWEST: pgettext_lazy("order of products", "Newest"),
    ProductOrder.CHEAPEST: gettext_lazy("Lowest price"),
    ProductOrder.DEAREST: gettext_lazy("Highest price"),
}


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields that were typed, as the address has them; ``problems`` are of prices that cannot be read."""

    typed: dict[str, str]
    shop: Shop | None
    category: Category | None
    problems: dict[str, str]
    wanted: ProductSearch

    def link(self, **changes: str) -> str:
        """Return the address of the same search with these fields changed, from its first page if it is not said."""
        fields = {**self.typed, "toko": self.shop.handle if self.shop else "", **changes}
        return "?" + urlencode({name: value for name, value in fields.items() if value})


def read_text(request: HttpRequest, name: str) -> str:
    """Return a field of the address, cut where searches are."""
    return request.GET.get(name, "")[:INPUT_CHARS_MAX].strip()


def read_shop(request: HttpRequest) -> Shop | None:
    """Return the shop to search in; None for all. :raises ShopNotFound:"""
    return product_search.find_shop(request.GET.get("toko", "")[: HANDLE_CHARS_MAX + 1])


def read_form(request: HttpRequest, category: Category | None = None) -> SearchForm:
    """
    Read the search from the address; on the page of a category of all shops, within it. A price that cannot be read is
    shown again, and narrows nothing down.

    :raises ShopNotFound: if it is to be searched in a shop that is not there
    """
    shop = None if category else read_shop(request)
    slug = request.GET.get("kategori", "")
    slug = slug if slug in categories.categories() else ""
    order = request.GET.get("urut", "")
    typed = {
        "kata": "" if category else read_text(request, "kata"),
        "kategori": "" if category else slug,
        "kota": "" if shop else town_key(read_text(request, "kota")),
        "dari": read_text(request, "dari"),
        "sampai": read_text(request, "sampai"),
        "urut": order if order in set(ProductOrder) else "",
    }
    problems: dict[str, str] = {}
    within = category or categories.categories().get(slug)
    wanted = ProductSearch(
        text=typed["kata"],
        category=within,
        shop=shop,
        town_key=typed["kota"],
        price_min=_parse_price("dari", typed, problems),
        price_max=_parse_price("sampai", typed, problems),
        order=ProductOrder(typed["urut"]),
        after=read_text(request, "sesudah"),
    )
    return SearchForm(typed, shop, within, problems, wanted)


def _parse_price(name: str, typed: dict[str, str], problems: dict[str, str]) -> Money | None:
    if not typed[name]:
        return None
    try:
        price = money.parse(typed[name])
    except AmountInvalid:
        price = None
    if price is None or price.amount_minor > PRICE_SEN_MAX:
        problems[name] = _("Write it like this: 50.000")
        return None
    return price


def describe_form(form: SearchForm, found: FoundProducts | None) -> dict[str, Any]:
    """Return the context of the fields, with the towns and categories of what was found."""
    return {
        "form": form,
        "typed": form.typed,
        "problems": form.problems,
        "shop": form.shop,
        "orders": [(order.value, label) for order, label in ORDER_LABELS.items()],
        "towns": _towns(form, found),
        "kinds": [] if found is None else _kinds(form, found),
        "is_narrowed": any(form.typed[name] for name in FILTERS),
        "everywhere": form.link(**dict.fromkeys(("toko", *FILTERS), "")),
        "wider": form.link(**dict.fromkeys(FILTERS, "")),
    }


def describe_found(form: SearchForm, found: FoundProducts) -> dict[str, Any]:
    """Return the context of a page of found products, with their number as far as it is known."""
    is_many = found.is_truncated or found.count > search.COUNT_MAX
    count = ngettext("{count} product", "{count} products", found.count)
    shown = number_format(search.COUNT_MAX, force_grouping=True) + "+" if is_many else str(found.count)
    return {
        "found": storefront_presenters.present_products_with_shops(found.products),
        "count_label": count.format(count=shown),
        "searched": " ".join(found.words) if found.is_corrected else "",
        "is_complete": found.is_complete,
        "is_truncated": found.is_truncated,
        "candidates_max": number_format(search.CANDIDATES_MAX, force_grouping=True),
        "next": form.link(sesudah=found.next) if found.next else "",
    }


def category_name(category: Category) -> str:
    """Return the name of a category in the language of the page."""
    return category.name((get_language() or "id")[:2])


def _kinds(form: SearchForm, found: FoundProducts) -> list[tuple[str, str]]:
    """Return the categories to choose from: the chosen one, and those of what was found, with their numbers."""
    chosen = [(form.category.slug, category_name(form.category))] if form.category else []
    # Of more than were read the numbers are not known.
    return chosen + [
        (one.category.slug, category_name(one.category) + ("" if found.is_truncated else f" ({one.count})"))
        for one in found.categories
    ]


def _towns(form: SearchForm, found: FoundProducts | None) -> list[Town]:
    """Return the towns to choose from: those of what was found, or the chosen one, to be taken back."""
    if form.shop:
        return []
    chosen, towns = form.typed["kota"], list(found.towns) if found else []
    if chosen and chosen not in {town.key for town in towns}:
        return [Town(chosen, chosen.title()), *towns]
    return towns
