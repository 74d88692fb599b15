"""Public pages of product search, and suggestions while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from shop.models import PRICE_SEN_MAX, Shop
from shop.pages import storefront_presenters, storefronts, structured_data
from shop.queries import product_search
from shop.queries.product_documents import town_key
from shop.queries.product_search import FoundProducts, ProductOrder, ProductSearch, Town
from superapp.accounts import api as accounts
from superapp.core import clock, money
from superapp.core.errors import AmountInvalid, RateLimited
from superapp.core.money import Money
from superapp.realtime.json_views import json_view
from superapp.search import api as search
from superapp.web.read_throttle import too_many_requests

INPUT_CHARS_MAX = search.QUERY_CHARS_MAX
HANDLE_CHARS_MAX = Shop.HANDLE_CHARS_MAX
SUGGESTIONS_SECONDS = 60
BUCKET = "products"
SEARCH_COST, SUGGESTION_COST = 2, 1
# Fields that narrow down what is found.
FILTERS = ("kota", "dari", "sampai")

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
    problems: dict[str, str]
    wanted: ProductSearch

    def link(self, **changes: str) -> str:
        """Return the address of the same search with these fields changed, from its first page if it is not said."""
        fields = {**self.typed, "toko": self.shop.handle if self.shop else "", **changes}
        return "?" + urlencode({name: value for name, value in fields.items() if value})


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """
    Show products that match what was typed, across all shops or in one. The page is not cached here: it is searched for
    all the same, and what few people type would displace the pages of shops.
    """
    try:
        accounts.take_guest_tokens(BUCKET, request, SEARCH_COST)
    except RateLimited as refusal:
        return too_many_requests(request, refusal)
    form = _read_form(request)
    found = product_search.find_products(form.wanted) if _is_searched(form) else None
    page = render(request, "shop/public/search.html", _context(form, found))
    if request.user.is_authenticated:
        return storefronts.private_response(page)
    if found is not None and not found.is_complete:
        # In a moment there may be more to find.
        patch_cache_control(page, private=True, no_store=True)
        return page
    return storefronts.public_response(request, ((),), lambda: page, now=clock.now())


@require_safe
def suggestions(request: HttpRequest) -> HttpResponseBase:
    """Return what may be meant by the beginning of a search, as JSON."""
    response = _suggest(request)
    if response.status_code == HTTPStatus.OK:
        is_person = request.user.is_authenticated
        patch_cache_control(response, private=is_person, public=not is_person, max_age=SUGGESTIONS_SECONDS)
    return response


@json_view("GET", "HEAD")
def _suggest(request: HttpRequest) -> dict[str, list[str]]:
    accounts.take_guest_tokens(BUCKET, request, SUGGESTION_COST)
    return {"suggestions": product_search.suggest_products(_text(request, "kata"), _shop(request))}


def _is_searched(form: SearchForm) -> bool:
    return bool(form.wanted.text) and (form.shop is None or form.shop.is_open)


def _shop(request: HttpRequest) -> Shop | None:
    return product_search.find_shop(request.GET.get("toko", "")[: HANDLE_CHARS_MAX + 1])


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "")[:INPUT_CHARS_MAX].strip()


def _read_form(request: HttpRequest) -> SearchForm:
    """
    Read the search from the address. A price that cannot be read is shown again, and narrows nothing down.

    :raises ShopNotFound: if it is to be searched in a shop that is not there
    """
    shop = _shop(request)
    order = request.GET.get("urut", "")
    typed = {
        "kata": _text(request, "kata"),
        "kota": "" if shop else town_key(_text(request, "kota")),
        "dari": _text(request, "dari"),
        "sampai": _text(request, "sampai"),
        "urut": order if order in set(ProductOrder) else "",
    }
    problems: dict[str, str] = {}
    wanted = ProductSearch(
        text=typed["kata"],
        shop=shop,
        town_key=typed["kota"],
        price_min=_parse_price("dari", typed, problems),
        price_max=_parse_price("sampai", typed, problems),
        order=ProductOrder(typed["urut"]),
        after=_text(request, "sesudah"),
    )
    return SearchForm(typed, shop, problems, wanted)


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


def _state(form: SearchForm, found: FoundProducts | None) -> str:
    """
    Return the state of the page: ``start``, ``wordless`` if no letter or digit was typed, ``found``, ``nothing``,
    ``closed`` for a shop whose products are not searched now, or ``unknown`` if something may be missing from the
    index.
    """
    if found is None:
        return "start" if form.shop is None or form.shop.is_open else "closed"
    if not found.words:
        return "wordless"
    if found.count:
        return "found"
    return "nothing" if found.is_complete else "unknown"


def _context(form: SearchForm, found: FoundProducts | None) -> dict[str, Any]:
    state = _state(form, found)
    shows_newest = state in ("start", "wordless") and not form.shop
    return {
        "form": form,
        "typed": form.typed,
        "problems": form.problems,
        "shop": form.shop,
        "state": state,
        "orders": [(order.value, label) for order, label in ORDER_LABELS.items()],
        "towns": _towns(form, found),
        "is_narrowed": any(form.typed[name] for name in FILTERS),
        "everywhere": form.link(**dict.fromkeys(("toko", *FILTERS), "")),
        "wider": form.link(**dict.fromkeys(FILTERS, "")),
        "products": storefronts.present_newest_products() if shows_newest else [],
        "meta": structured_data.meta_for_search(form.typed["kata"]),
    } | ({} if found is None else _context_of_found(form, found))


def _context_of_found(form: SearchForm, found: FoundProducts) -> dict[str, Any]:
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


def _towns(form: SearchForm, found: FoundProducts | None) -> list[Town]:
    """Return the towns to choose from: those of what was found, or the chosen one, to be taken back."""
    if form.shop:
        return []
    chosen, towns = form.typed["kota"], list(found.towns) if found else []
    if chosen and chosen not in {town.key for town in towns}:
        return [Town(chosen, chosen.title()), *towns]
    return towns
