"""Merchant page on which the category of a product is searched and chosen."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop import api
from shop.domain import categories
from shop.domain.categories import Category
from shop.errors import CategoryNotFound
from shop.pages.merchant import require_own_shop
from shop.pages.search_form import category_name
from superapp.accounts.api import flash_next, get_current_user, named_person_required
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.form_pages import form_cost

INPUT_CHARS_MAX = 60


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(5)
def product_category(request: HttpRequest, product: UUID) -> HttpResponse:
    """Show categories that are searched by words, or lie within one, and put the product into the chosen one."""
    user_id = get_current_user(request).pk
    require_own_shop(user_id)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            slug = request.POST.get("slug", "")[:INPUT_CHARS_MAX]
            api.set_category(owner_id=user_id, product=product, category=slug, now=clock.now())
            flash_next(request, _("Saved."))
            return redirect("shop:my_product", product=product)
        except CategoryNotFound as refusal:
            problem = refusal
    shown = api.fetch_own_product(owner_id=user_id, product=product)
    query = request.GET.get("cari", "")[:INPUT_CHARS_MAX].strip()
    within = categories.categories().get(request.GET.get("dalam", "")[:INPUT_CHARS_MAX])
    found = categories.find_by_words(query) if query else categories.list_within(within.slug if within else "")
    context = {
        "product": shown,
        "current": path_label(shown.category),
        "query": query,
        "within": path_label(within.slug) if within else "",
        "rows": [(one.slug, _label(one, query), bool(categories.list_within(one.slug))) for one in found],
        "chars_max": INPUT_CHARS_MAX,
        "problem": problem,
    }
    return render(request, "shop/merchant/category.html", context, status=problem.kind if problem else 200)


def path_label(slug: str) -> str:
    """Return a category with those around it in words; empty for none, or one that is not known any more."""
    if slug not in categories.categories():
        return ""
    return " › ".join(category_name(one) for one in categories.list_path(slug))


def _label(one: Category, query: str) -> str:
    return path_label(one.slug) if query else category_name(one)
