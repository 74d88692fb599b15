"""The page at ``/``: what this place is, for people who do not know it yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shop import directory
from shop.offering import goods_are_sold, shops_are_shown
from shop.pages import public, public_meta, public_showing
from superapp.core import clock
from superapp.web.places import places

PRODUCTS = 12
SHOPS = 6
PRODUCTS_PER_SHOP = 3


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Lead people who are logged in to their first place; show everybody else what this is, shops and goods."""
    if request.user.is_authenticated:
        response: HttpResponse = redirect(places()[0].view)
        # The same address is a public page for others.
        response["Cache-Control"] = "private, no-store"
        return response
    now = clock.now()
    context: dict[str, Any] = {"meta": public_meta.of_front_page(), "has_shops": shops_are_shown()}
    if not shops_are_shown():
        return public.for_everybody(request, ("front page",), lambda: _page(request, context), now=now)
    newest = directory.find_newest(products=PRODUCTS, shops=SHOPS, per_shop=PRODUCTS_PER_SHOP)

    def make() -> HttpResponse:
        products, shops = directory.fetch_newest(newest)
        context["products"] = public_showing.products_of_shops(products)
        context["shops"] = [public_showing.shop(one, now=now) for one in shops]
        context["is_sold"] = goods_are_sold()
        return _page(request, context)

    return public.for_everybody(request, ("front page", newest.state), make, now=now)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "shop/public/front_page.html", context)
