"""Public pages of product search, and suggestions while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from shop.actions.product_index import is_index_current
from shop.models import PRICE_SEN_MAX, Shop
from shop.pages import storefront_presenters, storefronts, structured_data
from shop.queries import product_search, public_catalog
from shop.queries.product_search import FoundProducts, ProductOrder, ProductSearch, Town
from superapp.accounts import api as accounts
from superapp.core import clock, ip_networks, money
from superapp.core.errors import AmountInvalid, RateLimited
from superapp.core.money import Money
from superapp.core.text_folding import fold
from superapp.realtime.rate_limits import Throttle
from superapp.search import api as search

INPUT_CHARS_MAX = search.QUERY_CHARS_MAX
HANDLE_CHARS_MAX = Shop.HANDLE_CHARS_MAX
SUGGESTIONS_SECONDS = 60
# Of one network, which may be thousands of people behind a carrier's address: far above what they search.
SEARCH_COST, SUGGESTION_COST = 2, 1
stranger_throttle = Throttle(per_second=60, burst=600)

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

    def link(self, **changed: str) -> str:
        """Return the address of the same search with other fields, from its first page if it is not said."""
        fields = {**self.typed, "toko": self.shop.handle if self.shop else "", **changed}
        return "?" + urlencode({name: value for name, value in fields.items() if value})


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show products that match what was typed, across all shops or in one."""
    _throttle_strangers(request, SEARCH_COST)
    form, now = _read_form(request), clock.now()
    found = product_search.find_products(form.wanted)
    state = _state(form, found)

    def make() -> HttpResponse:
        products, _shops = public_catalog.fetch_newest(found.listings)
        shown = storefront_presenters.present_products_with_shops(products)
        newest = storefronts.present_newest_products() if state in ("start", "wordless") and not form.shop else []
        context = _context(form, found, state) | {"found": shown, "products": newest}
        return render(request, "shop/public/search.html", context)

    if request.user.is_authenticated:
        return storefronts.private_response(make())
    # Without a search the newest products are shown, of which the key says nothing.
    key = (form.link(), form.shop and form.shop.rev, state, found) if form.wanted.text else ()
    return storefronts.public_response(request, ("search", key), make, now=now)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return what may be meant by the beginning of a search, as JSON."""
    try:
        _throttle_strangers(request, SUGGESTION_COST)
    except RateLimited as refusal:
        retry_after = {"Retry-After": str(refusal.retry_after)}
        return JsonResponse(refusal.body(), status=int(refusal.kind), headers=retry_after)
    typed, shop = _text(request, "kata"), product_search.find_shop(_text(request, "toko"))
    response = JsonResponse({"suggestions": product_search.suggest_products(typed, shop)})
    is_person = request.user.is_authenticated
    patch_cache_control(response, private=is_person, public=not is_person, max_age=SUGGESTIONS_SECONDS)
    return response


def _throttle_strangers(request: HttpRequest, cost: int) -> None:
    """People who are logged in are limited by what they read in all. :raises RateLimited:"""
    if not request.user.is_authenticated:
        network = ip_networks.rate_limit_network(accounts.get_client_address(request))
        stranger_throttle.take(network, cost)


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "")[:INPUT_CHARS_MAX].strip()


def _read_form(request: HttpRequest) -> SearchForm:
    """
    Read the search from the address. A price that cannot be read is shown again, and narrows nothing down.

    :raises ShopNotFound: if it is to be searched in a shop that is not there
    """
    shop = product_search.find_shop(request.GET.get("toko", "")[: HANDLE_CHARS_MAX + 1])
    order = request.GET.get("urut", "")
    typed = {
        "kata": _text(request, "kata"),
        "kota": "" if shop else fold(_text(request, "kota")),
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


def _state(form: SearchForm, found: FoundProducts) -> str:
    """
    Return the state of the page: ``start``, ``wordless`` if no letter or digit was typed, ``found``, ``nothing``,
    ``closed`` for a shop whose products are not searched now, or ``unknown`` if something may be missing from the
    index.
    """
    if form.shop and not form.shop.is_open:
        return "closed"
    if not form.wanted.text:
        return "start"
    if not found.words:
        return "wordless"
    if found.count:
        return "found"
    return "nothing" if is_index_current() else "unknown"


def _context(form: SearchForm, found: FoundProducts, state: str) -> dict[str, Any]:
    is_many = found.is_truncated or found.count > search.COUNT_MAX
    count = ngettext("{count} product", "{count} products", found.count)
    return {
        "form": form,
        "typed": form.typed,
        "problems": form.problems,
        "shop": form.shop,
        "state": state,
        "count_label": count.format(count=f"{search.COUNT_MAX:,}".replace(",", ".") + "+" if is_many else found.count),
        "searched": " ".join(found.words) if found.is_corrected else "",
        "is_truncated": found.is_truncated,
        "candidates_max": search.CANDIDATES_MAX,
        "next": form.link(sesudah=found.next) if found.next else "",
        "orders": [(order.value, label) for order, label in ORDER_LABELS.items()],
        "towns": _towns(form, found),
        "is_narrowed": any(form.typed[name] for name in ("kota", "dari", "sampai")),
        "everywhere": "?" + urlencode({"kata": form.typed["kata"]}),
        "wider": "?" + urlencode({"kata": form.typed["kata"], **({"toko": form.shop.handle} if form.shop else {})}),
        "meta": structured_data.meta_for_search(form.typed["kata"]),
    }


def _towns(form: SearchForm, found: FoundProducts) -> list[Town]:
    """Return the towns to choose from: those of what was found, or the chosen one, to be taken back."""
    if form.shop:
        return []
    chosen = form.typed["kota"]
    if chosen and chosen not in {town.key for town in found.towns}:
        return [Town(chosen, chosen.title()), *found.towns]
    return list(found.towns)
