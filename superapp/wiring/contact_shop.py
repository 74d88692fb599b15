"""The page that leads from a storefront into the conversation with the shop."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop import api as shop
from shop.api import ProductDetails, ShopDetails
from shop.errors import ProductNotFound
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids
from superapp.wiring import shop_conversations


@shop.require_storefront
@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_shop(request: HttpRequest, handle: str) -> HttpResponse:
    """
    Open the conversation with a shop.

    GET writes nothing. On the first contact a page tells the person what the shop will see, and asks for consent;
    from then on the two may write to each other in the shop's conversation, without becoming contacts. A block
    between them stays in effect.
    """
    user, now = get_current_user(request), clock.now()
    found = shop.fetch_catalog_page(handle, limit=1).shop
    if found.owner_id == user.pk:
        return redirect("chat:list")
    asked = request.POST if request.method == "POST" else request.GET
    product = _find_product(asked.get("barang", ""), found)
    if request.method == "POST":
        with transaction.atomic():
            accounts.allow_business_contact(user_id=user.pk, peer_id=found.owner_id, now=now)
            opened = shop_conversations.open_conversation(found, user_id=user.pk, now=now)
        return _redirect_to_conversation(opened, product, found)
    existing = shop_conversations.find_conversation(found, user_id=user.pk)
    if existing is not None and not accounts.find_forbidden_business_pairs({(user.pk, found.owner_id)}):
        return _redirect_to_conversation(existing, product, found)
    return render(request, "wiring/ask_shop.html", {"shop": found, "product": product})


def _redirect_to_conversation(conversation: UUID, product: ProductDetails | None, of: ShopDetails) -> HttpResponse:
    """Redirect to the conversation, with a question about the product as suggested draft; nothing is stored."""
    address = reverse("chat:conversation", args=[conversation])
    if product is not None:
        address += f"?{urlencode({'tulis': _question(product, of)})}"
    return redirect(address)


def _find_product(text: str, of: ShopDetails) -> ProductDetails | None:
    """Return the product that the buyer asks about, if this shop sells it."""
    public_id: UUID | None = ids.parse_id(text)
    if public_id is None:
        return None
    try:
        page = shop.fetch_listed_product(public_id)
    except ProductNotFound:
        return None
    return page.product if page.shop.public_id == of.public_id else None


def _question(product: ProductDetails, of: ShopDetails) -> str:
    address = f"{settings.PUBLIC_URL}/toko/{of.handle}/{product.slug}/"
    return _("Hello! About “{name}”: {address}").format(name=product.name, address=address)
