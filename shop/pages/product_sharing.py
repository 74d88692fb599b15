"""Ways to show a shop's products elsewhere: posters to print, cards that other sites embed, and feeds for catalogs."""

from __future__ import annotations

from uuid import UUID

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import api
from shop.pages import storefront_presenters
from shop.pages.merchant import require_own_shop
from shop.pages.storefronts import PUBLIC_SECONDS
from shop.pages.structured_data import absolute_url
from shop.queries import catalog, product_feeds
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock
from superapp.core.form_pages import PICTURE_COST, form_cost, post_only_redirecting_to

EMBED_WIDTH, EMBED_HEIGHT = 320, 420


def write_embed_code(handle: str, slug: str, *, title: str) -> str:
    """Return the HTML with which another site shows the card of a product."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" style="border:0"></iframe>',
        absolute_url(f"/toko/{handle}/{slug}/kartu/"),
        EMBED_WIDTH,
        EMBED_HEIGHT,
        title,
    )


@named_person_required
@never_cache
@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """Show where else the caller's products can be sold: the address of the shop, and feeds for catalogs."""
    shop = catalog.fetch_own_shop(get_current_user(request).pk)
    address = absolute_url(f"/toko/{shop.handle}/")
    context = {"shop": shop, "address": address, "summary": product_feeds.summarize_feed(shop)}
    return render(request, "shop/merchant/channels.html", context)


@post_only_redirecting_to("shop:my_product")
@named_person_required
@form_cost(PICTURE_COST)
def product_poster(request: HttpRequest, product: UUID) -> HttpResponse:
    """Send a poster of one of the caller's products, as PDF."""
    from shop.queries import product_prints  # Only a process that draws a print loads what draws.

    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    shown = api.fetch_own_product(owner_id=user.pk, product=product)
    content = product_prints.draw_product_poster(
        shown,
        price=storefront_presenters.price_range(shown),
        shop_name=shop.name,
        address=absolute_url(f"/toko/{shop.handle}/{shown.slug}/"),
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="poster-{shown.slug}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # Its types know views without further arguments only.
@require_safe
def product_embed(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """
    Return the card of a product that other sites show in a frame.

    It is the same for everybody and has nothing to press but a link that opens a page of its own, so that a site that
    hides it under something else gains nothing.
    """
    page = api.fetch_product(handle, slug)
    context = {
        "product": storefront_presenters.present_product(page.product, handle=handle),
        "shop": storefront_presenters.present_shop(page.shop, now=clock.now()),
        "address": absolute_url(f"/toko/{handle}/{slug}/"),
    }
    # Without the request, since nothing of the person who looks may show.
    response = HttpResponse(render_to_string("shop/public/embed.html", context))
    response.xframe_options_exempt = True
    patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
    return response
