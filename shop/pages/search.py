"""Public pages of product search, and suggestions while somebody types."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from shop.pages import storefronts, structured_data
from shop.pages.search_form import SearchForm, describe_form, describe_found, read_form, read_shop, read_text
from shop.queries import product_search
from shop.queries.product_search import FoundProducts
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.errors import RateLimited
from superapp.realtime.json_views import json_view
from superapp.web.read_throttle import too_many_requests

SUGGESTIONS_SECONDS = 60
BUCKET = "products"
SEARCH_COST, SUGGESTION_COST = 2, 1


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
    form = read_form(request)
    found = product_search.find_products(form.wanted) if _is_searched(form) else None
    page = render(request, "shop/public/search.html", _context(form, found))
    return respond(request, page, found)


def respond(request: HttpRequest, page: HttpResponse, found: FoundProducts | None) -> HttpResponse:
    """Return a page of found products with how long it may be cached."""
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
    return {"suggestions": product_search.suggest_products(read_text(request, "kata"), read_shop(request))}


def _is_searched(form: SearchForm) -> bool:
    is_narrowed = bool(form.wanted.text) or form.category is not None
    return is_narrowed and (form.shop is None or form.shop.is_open)


def _state(form: SearchForm, found: FoundProducts | None) -> str:
    """
    Return the state of the page: ``start``, ``wordless`` if no letter or digit was typed, ``found``, ``nothing``,
    ``closed`` for a shop whose products are not searched now, or ``unknown`` if something may be missing from the
    index.
    """
    if found is None:
        return "start" if form.shop is None or form.shop.is_open else "closed"
    if form.wanted.text and not found.words:
        return "wordless"
    if found.count:
        return "found"
    return "nothing" if found.is_complete else "unknown"


def _context(form: SearchForm, found: FoundProducts | None) -> dict[str, Any]:
    state = _state(form, found)
    shows_newest = state in ("start", "wordless") and not form.shop
    return {
        **describe_form(form, found),
        **(describe_found(form, found) if found else {}),
        "state": state,
        "products": storefronts.present_newest_products() if shows_newest else [],
        "meta": structured_data.meta_for_search(form.typed["kata"]),
    }
