"""The page at ``/``, which introduces the product to visitors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shop.domain.feature_gates import is_checkout_enabled, is_storefront_enabled
from shop.pages import storefront_presenters, storefronts, structured_data
from shop.queries import public_catalog
from superapp.core import clock
from superapp.web.navigation import navigation_items

PRODUCTS = 12
SHOPS = 6
PRODUCTS_PER_SHOP = 3


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Redirect people who are logged in to their first page; show others an introduction with shops and products."""
    if request.user.is_authenticated:
        response: HttpResponse = redirect(navigation_items()[0].view)
        # Others get a public, cacheable page at the same URL.
        response["Cache-Control"] = "private, no-store"
        return response
    now = clock.now()
    context: dict[str, Any] = {"meta": structured_data.meta_for_front_page(), "has_shops": is_storefront_enabled()}
    if not is_storefront_enabled():
        return storefronts.public_response(request, ("front page",), lambda: _page(request, context), now=now)
    newest = public_catalog.find_newest(products=PRODUCTS, shops=SHOPS, per_shop=PRODUCTS_PER_SHOP)

    def make() -> HttpResponse:
        products, shops = public_catalog.fetch_newest(newest)
        context["products"] = storefront_presenters.present_products_with_shops(products)
        context["shops"] = [storefront_presenters.present_shop(one, now=now) for one in shops]
        context["is_sold"] = is_checkout_enabled()
        return _page(request, context)

    return storefronts.public_response(request, ("front page", newest.cache_key), make, now=now)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "shop/public/front_page.html", context)
