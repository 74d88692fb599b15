"""Merchant pages that list, add and change products, photos and stock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import UNSET

from shop import api
from shop.api import ProductDetails
from shop.errors import (
    KeyReused,
    PriceInvalid,
    ProductMoved,
    QuantityInvalid,
    StockMoved,
    StockTooLow,
    TextInvalid,
    TooManyProducts,
    WeightInvalid,
)
from shop.models import Product
from shop.pages import photo_uploads, product_fields, product_sharing, storefront_presenters
from shop.pages.form_errors import PRODUCT_MESSAGES, error_message_for
from shop.pages.merchant import require_own_shop
from shop.pages.merchant_categories import path_label
from shop.queries import photos
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids
from superapp.core.errors import DomainError, ErrorCollector
from superapp.core.form_pages import errors_by_field, form_cost, make_field_lookup, post_only_redirecting_to
from superapp.core.money import Money

INPUT_CHARS_MAX = 20_000
SHORT_INPUT_CHARS_MAX = 40
KEY_CHARS_MAX = 64
PHOTOS_MAX = photo_uploads.UPLOADS_MAX
REFUSALS = (
    TextInvalid,
    PriceInvalid,
    WeightInvalid,
    QuantityInvalid,
    ProductMoved,
    StockTooLow,
    StockMoved,
    *photo_uploads.REFUSALS,
)

# In the order in which the page shows them.
FIELDS = ("photo", "name", "price", "weight", "quantity", "description")
_FIELD_OF: dict[type[DomainError], str] = {
    PriceInvalid: "price",
    WeightInvalid: "weight",
    QuantityInvalid: "quantity",
    StockTooLow: "quantity",
    StockMoved: "quantity",
    **dict.fromkeys(photo_uploads.REFUSALS, "photo"),
}

# Texts for the JavaScript of these pages.
JS_MESSAGES = {"photo_place": gettext_lazy("Photo {place} of {count}")}


@named_person_required
@never_cache
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Show all products of the caller's shop in catalog order."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    shown = [
        (one, _thumbnail(one), storefront_presenters.price_range(one))
        for one in api.list_own_products(owner_id=user.pk)
    ]
    return render(
        request, "shop/merchant/products.html", {"shop": shop, "products": shown, "note": take_flash(request)}
    )


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def new_product(request: HttpRequest) -> HttpResponse:
    """Show and handle the form of a new product: text, price, stock and photos."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    typed = _read_form(request)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            price, weight_grams, quantity = _validate_form(typed)
            assert price is not None, "a price that was refused has been raised"
            product = api.add_product(
                owner_id=user.pk,
                name=typed["name"],
                price=price,
                description=typed["description"],
                weight_grams=weight_grams,
                quantity=quantity,
                listed=request.POST.get("do") != "draft",
                idempotency_key=typed["key"],
                now=clock.now(),
            )
            return _add_photos_of_form(request, user.pk, product)
        except (TextInvalid, PriceInvalid, WeightInvalid, QuantityInvalid, TooManyProducts, KeyReused) as refusal:
            problem = refusal
    context = {
        "shop": shop,
        # The idempotency key: a form that is sent twice adds one product.
        "key": str(ids.new_id()) if isinstance(problem, KeyReused) else typed["key"],
        "typed": typed,
        "problems": _problems(problem, typed),
        "is_first": not api.list_own_products(owner_id=user.pk),
        "limits": Product,
        "photos_max": PHOTOS_MAX,
        "words": JS_MESSAGES,
    }
    return render(request, "shop/merchant/new_product.html", context, status=problem.kind if problem else 200)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def product(request: HttpRequest, product: UUID) -> HttpResponse:
    """Show and change one product of the caller's shop: text, price, photos, stock and state."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            flash_next(request, _apply_form(request, user.pk, product))
            return redirect("shop:my_product", product=product)
        except REFUSALS as refusal:
            problem = refusal
    shown = api.fetch_own_product(owner_id=user.pk, product=product)
    typed = _typed_or_stored(request, shown, has_failed=problem is not None)
    context = {
        "shop": shop,
        "product": shown,
        "category": path_label(shown.category),
        "address": f"/toko/{shop.handle}/{shown.slug}/",
        "embed": product_sharing.write_embed_code(shop.handle, shown.slug, title=shown.name),
        "prices": storefront_presenters.price_range(shown),
        "photos": [(one.name, photos.photo_url(one.name, photos.SIZES[-1])) for one in shown.photos],
        "typed": typed,
        "problems": _problems(problem, typed)
        | (_conflicting_fields(request, shown) if isinstance(problem, ProductMoved) else {}),
        "note": take_flash(request),
        "key": str(ids.new_id()),
        "limits": Product,
        "photos_max": PHOTOS_MAX,
        "words": JS_MESSAGES,
    }
    return render(request, "shop/merchant/product.html", context, status=problem.kind if problem else 200)


@post_only_redirecting_to("shop:my_product")
@named_person_required
def set_listed(request: HttpRequest, product: UUID) -> HttpResponse:
    """Publish or hide a product."""
    user_id = get_current_user(request).pk
    if request.POST.get("shown") == "yes":
        api.publish_product(owner_id=user_id, product=product, now=clock.now())
        flash_next(request, _("Published. Anyone can see and buy it."))
    else:
        api.unpublish_product(owner_id=user_id, product=product, now=clock.now())
        flash_next(request, _("Unpublished. Customers no longer see it; existing orders are unaffected."))
    return redirect("shop:my_product", product=product)


def _add_photos_of_form(request: HttpRequest, owner_id: int, product: ProductDetails) -> HttpResponse:
    """Add the photos of a new product, and redirect; a photo that is refused is reported, and the product stays."""
    try:
        photo_uploads.add_photos_of_form(request, owner_id=owner_id, product=product.public_id)
    except photo_uploads.REFUSALS as refusal:
        sentence = _("The product is saved, but one photo is not: {why}").format(why=refusal.body()["message"])
        flash_next(request, sentence)
        return redirect("shop:my_product", product=product.public_id)
    is_shown = product.state == "listed"
    flash_next(request, _("Published. Anyone can see and buy it.") if is_shown else _("Saved as draft."))
    return redirect("shop:my_product", product=product.public_id)


def _apply_form(request: HttpRequest, owner_id: int, product: UUID) -> str:
    """Apply the submitted form, and return the sentence that confirms it."""
    posted, now = request.POST, clock.now()
    do = posted.get("do", "")
    if do == "stock":
        api.set_stock(
            owner_id=owner_id,
            product=product,
            on_hand=product_fields.parse_quantity(posted.get("quantity", "")),
            expected_on_hand=product_fields.parse_quantity(posted["expected"]) if posted.get("expected") else None,
            idempotency_key=posted.get("key", "")[:KEY_CHARS_MAX] or str(ids.new_id()),
            now=now,
        )
        return _("Stock saved.")
    if do == "photos":
        photo_uploads.add_photos_of_form(request, owner_id=owner_id, product=product)
        return _("Photos added.")
    if "photos" in posted:
        return _arrange_photos(request, owner_id, product)
    typed = _read_form(request)
    # Price and weight of a product with options are those of its variants, which have a form of their own.
    has_price = not api.fetch_own_product(owner_id=owner_id, product=product).options
    price, weight_grams, _quantity = _validate_form(typed, has_quantity=False, has_price=has_price)
    api.change_product(
        owner_id=owner_id,
        product=product,
        name=typed["name"],
        description=typed["description"],
        price=price,
        # A page of the version before has no such field.
        weight_grams=weight_grams if has_price and "weight" in posted else UNSET,
        expected_version=product_fields.parse_version(posted.get("version", "")),
        now=now,
    )
    return _("Saved.")


def _validate_form(
    typed: dict[str, str], *, has_quantity: bool = True, has_price: bool = True
) -> tuple[Money | None, int | None, int]:
    """
    Return price, weight and quantity of the form; no price and weight, or quantity 0, if the form has none.

    :raises TextInvalid, PriceInvalid, WeightInvalid, QuantityInvalid: the first error, with the others attached
    """
    refused = ErrorCollector()
    price, weight_grams, quantity = None, None, 0
    with refused:
        api.clean_product(name=typed["name"], description=typed["description"])
    if has_price:
        with refused:
            price = product_fields.parse_price(typed["price"])
            api.clean_product(price=price)
        with refused:
            weight_grams = product_fields.parse_weight(typed["weight"])
            api.clean_product(weight_grams=weight_grams)
    if has_quantity:
        with refused:
            quantity = product_fields.parse_quantity(typed["quantity"])
            api.clean_product(quantity=quantity)
    refused.raise_first()
    return price, weight_grams, quantity


def _conflicting_fields(request: HttpRequest, shown: ProductDetails) -> dict[str, object]:
    """Return, by field, a sentence with the saved value of each field that differs from the form."""
    saved = _stored_fields(shown)
    written = _read_form(request)
    if shown.price is not None:
        saved["price"] = str(shown.price)
    differs = {
        "name": written["name"].strip() != shown.name,
        "price": "price" in request.POST and product_fields.parse_price(written["price"]) != shown.price,
        "weight": "weight" in request.POST and product_fields.parse_weight(written["weight"]) != shown.weight_grams,
        "description": written["description"].replace("\r\n", "\n").strip() != shown.description,
    }
    return {
        name: _("Currently saved: {value}").format(value=saved[name] or "–") for name, is_so in differs.items() if is_so
    }


def _arrange_photos(request: HttpRequest, owner_id: int, product: UUID) -> str:
    """Reorder or remove a product's photos as the submitted form says, and return the confirming sentence."""
    posted = request.POST
    names = posted.getlist("photos")[:PHOTOS_MAX]
    if (gone := posted.get("remove")) in names:
        names.remove(gone)
    for button, by in (("earlier", -1), ("later", 1)):
        if (moved := posted.get(button)) in names:
            place = names.index(moved)
            names.insert(max(0, place + by), names.pop(place))
    api.arrange_photos(owner_id=owner_id, product=product, names=names, now=clock.now())
    return _("Photo deleted.") if gone else _("Photo order saved.")


def _read_form(request: HttpRequest) -> dict[str, str]:
    posted = request.POST
    return {
        "name": posted.get("name", "")[:INPUT_CHARS_MAX],
        "price": posted.get("price", "")[:SHORT_INPUT_CHARS_MAX],
        "weight": posted.get("weight", "")[:SHORT_INPUT_CHARS_MAX],
        "quantity": posted.get("quantity", "")[:SHORT_INPUT_CHARS_MAX],
        "description": posted.get("description", "")[:INPUT_CHARS_MAX],
        "key": posted.get("key", "")[:KEY_CHARS_MAX] or str(ids.new_id()),
    }


def _typed_or_stored(request: HttpRequest, shown: ProductDetails, *, has_failed: bool) -> dict[str, Any]:
    stored = _stored_fields(shown)
    if not has_failed:
        return stored
    return stored | {name: request.POST[name][:INPUT_CHARS_MAX] for name in stored if name in request.POST}


def _stored_fields(shown: ProductDetails) -> dict[str, str]:
    return {
        "name": shown.name,
        "price": str(shown.price).removeprefix("Rp") if shown.price is not None else "",
        "weight": str(shown.weight_grams or ""),
        "description": shown.description,
        "quantity": str(shown.stock.on_hand) if shown.stock is not None else "",
    }


def _thumbnail(product: ProductDetails) -> str:
    return photos.photo_url(product.photos[0].name, photos.SIZES[-1]) if product.photos else ""


def _problems(problem: DomainError | None, typed: Mapping[str, str]) -> dict[str, object]:
    """Return the error messages by field."""
    if problem is None:
        return {}
    return errors_by_field(
        problem.all(),
        fields=FIELDS,
        field_of=make_field_lookup(_FIELD_OF),
        sentence_of=error_message_for(typed, PRODUCT_MESSAGES),
    )
