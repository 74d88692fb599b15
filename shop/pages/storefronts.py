"""Public storefront pages, rendered by the server and usable without an account or JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop import api
from shop.pages import page_cache, shipping_presenters, storefront_presenters, structured_data, variant_picker
from shop.pages.product_fields import parse_variant
from shop.queries import public_catalog, struck_prices
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.web import time_formats
from superapp.web.context_processors import get_theme, has_session_cookie
from superapp.web.offline import readable_offline

PRODUCTS_PER_PAGE = 60
SHOPS_PER_PAGE = 24
QUERY_CHARS_MAX = 60
NEWEST_PRODUCTS = 8
NEWEST_PRODUCTS_PER_SHOP = 3
# Other products of the same shop on a product page.
RELATED_PRODUCTS = 6
# How long shared caches may keep an anonymous page. An outdated price does no harm: checkout compares the total that
# the buyer saw.
PUBLIC_SECONDS = 30


@readable_offline
@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """Show shops, searched by name or town."""
    query = request.GET.get("cari", "")[:QUERY_CHARS_MAX].strip()
    found = public_catalog.find_shops(query, after=_parse_offset(request.GET.get("sesudah", "")), limit=SHOPS_PER_PAGE)
    now = clock.now()
    context = {
        "query": query,
        "products": present_newest_products() if _shows_newest_products(request, query, found) else [],
        "entries": [
            (
                storefront_presenters.present_shop(entry.shop, now=now),
                [storefront_presenters.present_product(one, handle=entry.shop.handle) for one in entry.products],
            )
            for entry in found.entries
        ],
        "next": found.next,
        "meta": structured_data.meta_for_shops(query),
    }
    page = render(request, "shop/public/shops.html", context)
    return (
        private_response(page)
        if request.user.is_authenticated
        else public_response(request, ((),), lambda: page, now=now)
    )


def _shows_newest_products(request: HttpRequest, query: str, found: public_catalog.ShopSearchResult) -> bool:
    """Return whether to show new products: on the first page to people logged in, and if a search found no shop."""
    return not found.entries if query else request.user.is_authenticated and "sesudah" not in request.GET


def present_newest_products() -> list[tuple[storefront_presenters.ProductPresenter, str]]:
    """Return the newest products, each with the name of its shop."""
    newest = public_catalog.find_newest(products=NEWEST_PRODUCTS, shops=0, per_shop=NEWEST_PRODUCTS_PER_SHOP)
    return storefront_presenters.present_products_with_shops(public_catalog.fetch_newest(newest)[0])


@readable_offline
@require_safe
def shop(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a shop with its products."""
    after, now = _parse_offset(request.GET.get("sesudah", "")) or 0, clock.now()

    def make() -> HttpResponse:
        page = api.fetch_catalog_page(handle, after=after, limit=PRODUCTS_PER_PAGE)
        shown = storefront_presenters.present_shop(page.shop, now=now)
        products = [storefront_presenters.present_product(one, handle=handle) for one in page.products]
        meta = structured_data.meta_for_shop(page.shop, shown, products)
        context = {"shop": shown, "products": products, "next": page.next, "meta": meta}
        return render(request, "shop/public/shop.html", context)

    if request.user.is_authenticated:
        return private_response(make())
    # One more than are shown, since the page shows whether there are others.
    cache_key = public_catalog.shop_cache_key(handle, after=after, limit=PRODUCTS_PER_PAGE + 1)
    return public_response(request, (handle, after, cache_key), make, now=now)


@readable_offline
@require_safe
def product(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Show one product. Only its owner sees one that is not listed."""
    viewer_id = accounts.get_current_user(request).pk if request.user.is_authenticated else None
    asked, now = parse_variant(request.GET.get("varian", "")), clock.now()

    def make() -> HttpResponse:
        page = api.fetch_product(handle, slug, viewer_id=viewer_id)
        shown = storefront_presenters.present_shop(page.shop, now=now)
        variant = variant_picker.choose_variant(page.product, asked)
        product = storefront_presenters.present_product(page.product, handle=handle, variant=variant)
        others = public_catalog.list_related_products(page.product, limit=RELATED_PRODUCTS)
        sold = variant or page.product
        shipping = shipping_presenters.present_for_product(
            page.shop, price=sold.price, weight_grams=sold.weight_grams, reader_id=viewer_id
        )
        context = {
            "shop": shown,
            "product": product,
            "struck": struck_prices.find_struck_price(variant.public_id, now=now) if variant is not None else None,
            "variant": variant if page.product.options else None,
            "options": variant_picker.present_options(page.product, variant, url=product.url),
            "others": [storefront_presenters.present_product(one, handle=handle) for one in others],
            "meta": structured_data.meta_for_product(page.product, shown, product, shipping=shipping.everywhere),
            "is_sold": api.is_checkout_enabled(),
            "shipping": shipping,
        }
        return render(request, "shop/public/product.html", context)

    if viewer_id is not None:
        return private_response(make())
    # One more, since the product itself may be among the first products and is then left out.
    cache_key = public_catalog.product_cache_key(handle, slug, variant=asked, others_max=RELATED_PRODUCTS + 1)
    return public_response(request, (handle, slug, cache_key), make, now=now)


def public_response(
    request: HttpRequest, cache_key: tuple[Any, ...], make: Callable[[], HttpResponse], *, now: datetime
) -> HttpResponse:
    """
    Return a page that is the same for everybody who is not logged in, cached under ``cache_key``.

    Visitors with the cookie of an expired session get it privately, with the script that clears the device's data. It
    costs no more work than for others, since anybody can send an invented session cookie.
    """
    has_ended_session = has_session_cookie(request)
    if cache_key[-1]:
        # The page also depends on language, theme, the clearing script, and the current minute for opening hours.
        looks = (get_language(), get_theme(request), has_ended_session, time_formats.truncate_to_minute(now))
        response = page_cache.cached_response(request, (*cache_key, *looks), make)
    else:
        response = make()
    if has_ended_session:
        return private_response(response)
    patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
    return response


def private_response(response: HttpResponse) -> HttpResponse:
    """Return a page that is made for one person."""
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _parse_offset(text: str) -> int | None:
    """Parse the offset of a link; None if it is missing or malformed."""
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
