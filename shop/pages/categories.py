"""Public pages of categories: all of them, and the products of each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shop.domain import categories
from shop.domain.categories import Category
from shop.pages import search, storefronts, structured_data
from shop.pages.search_form import SearchForm, category_name, describe_form, describe_found, read_form
from shop.queries import product_search
from shop.queries.product_search import FoundProducts
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.errors import RateLimited
from superapp.web.read_throttle import too_many_requests

Link = tuple[str, str]


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Show the categories of the first two levels."""
    shelves = [(_link(one), [_link(other) for other in categories.list_within(one.slug)]) for one in _within("")]

    def make() -> HttpResponse:
        context = {"shelves": shelves, "meta": structured_data.meta_for_categories()}
        return render(request, "shop/public/categories.html", context)

    if request.user.is_authenticated:
        return storefronts.private_response(make())
    return storefronts.public_response(request, ("categories", True), make, now=clock.now())


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the products of a category and of those within it, narrowed down and sorted by the address."""
    try:
        accounts.take_guest_tokens(search.BUCKET, request, search.SEARCH_COST)
    except RateLimited as refusal:
        return too_many_requests(request, refusal)
    shown = categories.categories().get(slug)
    if shown is None:
        raise Http404
    form = read_form(request, shown)
    found = product_search.find_products(form.wanted)
    return search.respond(request, render(request, "shop/public/category.html", _context(form, found, shown)), found)


def _context(form: SearchForm, found: FoundProducts, shown: Category) -> dict[str, Any]:
    above = [_link(one) for one in categories.list_path(shown.slug)[:-1]]
    is_first_page = form.link() == "?" and not form.wanted.after
    return {
        **describe_form(form, found),
        **describe_found(form, found),
        "state": "found" if found.count else "nothing" if found.is_complete else "unknown",
        "name": category_name(shown),
        "above": above,
        "within": [_link(one) for one in _within(shown.slug)],
        "meta": structured_data.meta_for_category(_link(shown), above, is_public=is_first_page and bool(found.count)),
    }


def _within(slug: str) -> list[Category]:
    return categories.list_within(slug)


def _link(one: Category) -> Link:
    return f"/kategori/{one.slug}/", category_name(one)
