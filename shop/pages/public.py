"""Storefronts for everybody: made by the server, of use without an account and without any script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop import api, directory
from shop.pages import kept, public_meta, public_showing
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.web import times
from superapp.web.context import theme_of, was_logged_in
from superapp.web.offline import readable_offline

PRODUCTS_PER_PAGE = 60
SHOPS_PER_PAGE = 24
QUERY_CHARS_MAX = 60
NEWEST_PRODUCTS = 8
NEWEST_PER_SHOP = 3
# Others of the same shop, under a product.
NEIGHBOURS = 6
# A page for nobody in particular may be kept by whoever stands between for as long as nobody minds an old price: who
# buys is asked for the total they saw.
PUBLIC_SECONDS = 30


@readable_offline
@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """Shops to be found by name or town."""
    query = request.GET.get("cari", "")[:QUERY_CHARS_MAX].strip()
    found = directory.find_shops(query, after=_number(request.GET.get("sesudah", "")), limit=SHOPS_PER_PAGE)
    now = clock.now()
    context = {
        "query": query,
        "products": _newest() if _wants_goods(request, query, found) else [],
        "entries": [
            (
                public_showing.shop(entry.shop, now=now),
                [public_showing.product(one, handle=entry.shop.handle) for one in entry.products],
            )
            for entry in found.entries
        ],
        "next": found.next,
        "meta": public_meta.of_shops(query),
    }
    page = render(request, "shop/public/shops.html", context)
    return _own(page) if request.user.is_authenticated else for_everybody(request, ((),), lambda: page, now=now)


def _wants_goods(request: HttpRequest, query: str, found: directory.Found) -> bool:
    """Whether new goods stand on the page of shops: for people who are logged in, and where no shop was found."""
    return not found.entries if query else request.user.is_authenticated and "sesudah" not in request.GET


def _newest() -> list[tuple[public_showing.Product, str]]:
    newest = directory.find_newest(products=NEWEST_PRODUCTS, shops=0, per_shop=NEWEST_PER_SHOP)
    return public_showing.products_of_shops(directory.fetch_newest(newest)[0])


@readable_offline
@require_safe
def shop(request: HttpRequest, handle: str) -> HttpResponse:
    """A shop's face and what stands in it."""
    after, now = _number(request.GET.get("sesudah", "")) or 0, clock.now()

    def make() -> HttpResponse:
        page = api.shop_page(handle, after=after, limit=PRODUCTS_PER_PAGE)
        shown = public_showing.shop(page.shop, now=now)
        products = [public_showing.product(one, handle=handle) for one in page.products]
        meta = public_meta.of_shop(page.shop, shown, products)
        context = {"shop": shown, "products": products, "next": page.next, "meta": meta}
        return render(request, "shop/public/shop.html", context)

    if request.user.is_authenticated:
        return _own(make())
    # One more than are shown: whether there are others is seen, too.
    state = directory.shelf_state(handle, after=after, limit=PRODUCTS_PER_PAGE + 1)
    return for_everybody(request, (handle, after, state), make, now=now)


@readable_offline
@require_safe
def product(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """One product, with everything that makes up one's mind; what is not listed is seen by its owner alone."""
    viewer_id = accounts.user_of(request).pk if request.user.is_authenticated else None
    now = clock.now()

    def make() -> HttpResponse:
        page = api.product_page(handle, slug, viewer_id=viewer_id)
        shown = public_showing.shop(page.shop, now=now)
        product = public_showing.product(page.product, handle=handle)
        others = directory.neighbours(page.product, limit=NEIGHBOURS)
        context = {
            "shop": shown,
            "product": product,
            "others": [public_showing.product(one, handle=handle) for one in others],
            "meta": public_meta.of_product(page.product, shown, product),
            "is_sold": api.goods_are_sold(),
        }
        return render(request, "shop/public/product.html", context)

    if viewer_id is not None:
        return _own(make())
    # Itself may be among those at the front, of which it is then left out.
    state = directory.product_state(handle, slug, beside=NEIGHBOURS + 1)
    return for_everybody(request, (handle, slug, state), make, now=now)


def for_everybody(
    request: HttpRequest, state: tuple[Any, ...], make: Callable[[], HttpResponse], *, now: datetime
) -> HttpResponse:
    """
    A page that is the same for everybody who is not logged in, and no more than a moment old.

    Who brings a session that has ended gets it with the script that forgets whose device it was, and to themselves; it
    is no more work than for others, since anybody can make up a session.
    """
    is_left_behind = was_logged_in(request)
    if state[-1]:
        # What it says besides: in which words, in which colours, with which script, and who is there at this minute.
        looks = (get_language(), theme_of(request), is_left_behind, times.minute_of(now))
        response = kept.answer(request, (*state, *looks), make)
    else:
        response = make()
    if is_left_behind:
        return _own(response)
    patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
    return response


def _own(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _number(text: str) -> int | None:
    """What a link of ours carries; anything else is the beginning."""
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
