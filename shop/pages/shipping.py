"""The merchant's page of shipping: where parcels leave, by whom, and what that costs the buyer."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.actions.shipping import forget_shipping, set_shipping
from shop.domain.rate_tables import get_services
from shop.models.shipping import PICKUP_CHARS_MAX
from shop.pages.shipping_form import ShippingForm, fill_form, list_problems, parse_form, read_form, take_step
from shop.queries import catalog, shipping_options
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.form_pages import post_only_redirecting_to


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shipping(request: HttpRequest) -> HttpResponse:
    """Show how the caller's shop sends; POST chooses a region in the form or saves it."""
    owner_id = get_current_user(request).pk
    shop = catalog.fetch_own_shop(owner_id)
    stored = shipping_options.find_settings(shop.public_id)
    if request.method != "POST":
        return _page(request, fill_form(stored), is_set=stored is not None)
    form = read_form(request.POST)
    if take_step(form, request.POST):
        return _page(request, form, is_set=stored is not None)
    try:
        set_shipping(owner_id=owner_id, written=parse_form(form), now=clock.now())
    except DomainError as refusal:
        return _page(request, form, is_set=stored is not None, refusal=refusal)
    flash_next(request, _("Saved. Buyers see these prices from now on."))
    return redirect("shop:shipping")


@post_only_redirecting_to("shop:shipping")
@named_person_required
def agree_with_buyers(request: HttpRequest) -> HttpResponse:
    """Have the shop agree about shipping with each buyer again."""
    forget_shipping(owner_id=get_current_user(request).pk)
    flash_next(request, _("Buyers agree with you about shipping again."))
    return redirect("shop:shipping")


def _page(
    request: HttpRequest, form: ShippingForm, *, is_set: bool, refusal: DomainError | None = None
) -> HttpResponse:
    services = sorted(get_services(), key=lambda service: service.courier)
    context = {
        "form": form,
        "is_set": is_set,
        "couriers": [(name, list(rows)) for name, rows in groupby(services, key=lambda service: service.courier)],
        "has_example_rates": not settings.SHIPPING_RATES_FILE,
        "problems": list_problems(refusal),
        "pickup_chars_max": PICKUP_CHARS_MAX,
        "note": take_flash(request),
    }
    return render(request, "shop/merchant/shipping.html", context, status=refusal.kind if refusal else 200)
