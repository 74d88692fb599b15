"""
Checkout pages of one product: quantity, address, total price and PIN.

The URL of each page contains an idempotency key, so that a form that is sent twice, reloaded or retried after a lost
answer places one order. A refusal is final under its key. The next key is derived from it, so every page of one
purchase leads to the same order.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import (
    BankOutOfReach,
    BankSaidNo,
    FirstPinNeedsTrustedDevice,
    InsufficientFunds,
    PinAlreadySet,
    PinLocked,
    PinMissing,
    PinWrong,
)
from shop import api
from shop.actions import pending_purchases
from shop.actions.purchase_requests import QUANTITY_MAX as ORDER_QUANTITY_MAX
from shop.actions.purchase_requests import build_purchase_request
from shop.api import CheckoutCompleted, CheckoutTotalChanged, Quote
from shop.contracts.values import PUBLIC_STOCK_MAX
from shop.errors import KeyReused, QuantityInvalid, SoldOut, TooManyUnpaid, WayNotOffered
from shop.models import Order, PendingPurchase
from shop.pages import checkout_form, checkout_obstacles, checkout_session
from shop.pages.product_fields import parse_variant
from shop.queries import pending_purchases as pending_queries
from shop.queries import photos
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required
from superapp.core import clock, ids
from superapp.core.errors import DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import Money
from superapp.web import time_formats

# The page of what was begun under a key, as its view and the id of the order.
BegunPurchase = tuple[str, UUID]
ORDER_PAGE = "shop:order"
RECENT_PURCHASE_WITHIN = timedelta(minutes=10)


@named_person_required
@never_cache
@require_safe
def begin(request: HttpRequest, product: UUID) -> HttpResponse:
    """
    Redirect to a checkout page with a new idempotency key in its URL, so that a reload starts no new purchase.

    A purchase that was interrupted to top up or to set a PIN is resumed. ``?varian=`` names the chosen variant.
    """
    variant = request.GET.get("varian", "")[:36]
    key = checkout_session.find_left_key(request, product, variant) or ids.new_id()
    address = reverse("shop:buy", args=[product, key])
    return redirect(f"{address}?{urlencode({'varian': variant})}" if variant else address)


@named_person_required
@never_cache
@sensitive_post_parameters("pin", "new_pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def buy(request: HttpRequest, product: UUID, key: UUID) -> HttpResponse:
    """Show the total before payment; a POST places the order, once for each URL of this page."""
    user = get_current_user(request)
    key, begun = _find_open_key(user.pk, key)
    if request.method != "POST":
        # The person went back to the page, or reopened it after a lost answer.
        if begun:
            return redirect(*begun)
        kept = checkout_session.resume_draft(request, key)
        return _page(request, product, key, kept or checkout_session.initial_form(request), is_resumed=kept is not None)
    if begun:
        return _redirect_to_begun(request, begun)
    typed = checkout_session.read_form(request)
    # The draft is saved first, so that a page reopened after a lost answer sends the same content.
    checkout_session.save_draft(request, key, typed)
    do = request.POST.get("do", "")
    if do == "count":
        return _page(request, product, key, typed)
    method = next((one for one in payments.ChargeMethod if one == do), None)
    if method is not None:
        return _submit_unpaid_purchase(request, product, key, typed, method)
    mending = checkout_obstacles.remedy_url(do, back=reverse("shop:buy", args=[product, key]))
    if mending is not None:
        checkout_session.mark_left(request, key, product)
        return redirect(mending)
    return _submit_purchase(request, product, key, typed)


def _submit_purchase(request: HttpRequest, product: UUID, key: UUID, typed: dict[str, str]) -> HttpResponse:
    problems = checkout_form.form_problems(request, typed)
    if problems:
        return _page(request, product, key, typed, problems=problems)
    if _has_quantity_changed(request, typed):
        return _page(request, product, key, typed, is_recounted=True, status=ErrorKind.CONFLICT)
    try:
        _set_first_pin(request)
        answer = _place_order(request, product, key, typed)
    except PinWrong as refusal:
        return _page(request, product, key, typed, problems={"pin": _pin_sentence(refusal)}, status=refusal.kind)
    except (PinMissing, PinLocked, PinAlreadySet, FirstPinNeedsTrustedDevice) as refusal:
        # The page shows the state of the PIN and what to do.
        return _page(request, product, key, typed, status=refusal.kind)
    except KeyReused as refusal:
        # A concurrent submission of the same page with other content came first.
        return _retry_page(request, product, key, typed, refusal)
    if isinstance(answer, CheckoutCompleted):
        checkout_session.delete_draft(request, key)
        flash_next(request, _("Thank you! Your payment went through."))
        return redirect("shop:order", order=answer.order)
    return _retry_page(request, product, key, typed, answer.error(), answer)


def _submit_unpaid_purchase(
    request: HttpRequest, product: UUID, key: UUID, typed: dict[str, str], method: payments.ChargeMethod
) -> HttpResponse:
    """Begin a purchase that is paid from outside, and show how; it takes no PIN, since no wallet is touched."""
    problems = checkout_form.purchase_problems(typed)
    if problems:
        return _page(request, product, key, typed, problems=problems)
    if _has_quantity_changed(request, typed):
        return _page(request, product, key, typed, is_recounted=True, status=ErrorKind.CONFLICT)
    try:
        answer = _open_pending_purchase(request, product, key, typed, method)
    except (TooManyUnpaid, WayNotOffered) as refusal:
        return _page(request, product, key, typed, refusal=refusal)
    except KeyReused as refusal:
        return _retry_page(request, product, key, typed, refusal)
    if isinstance(answer, PendingPurchase):
        checkout_session.delete_draft(request, key)
        if answer.idempotency_key != str(key):
            flash_next(request, _("You have not paid for this yet. Pay it here, or cancel it to buy anew."))
        return redirect("shop:await_payment", order=answer.public_id)
    if isinstance(answer, CheckoutCompleted):
        return _redirect_to_begun(request, (ORDER_PAGE, answer.order))
    return _retry_page(request, product, key, typed, answer.error(), answer)


def _open_pending_purchase(
    request: HttpRequest, product: UUID, key: UUID, typed: dict[str, str], method: payments.ChargeMethod
) -> PendingPurchase | api.CheckoutResult:
    user_id, now = get_current_user(request).pk, clock.now()
    purchase = build_purchase_request(
        buyer_id=user_id,
        product=product,
        variant=parse_variant(typed["variant"]),
        quantity=checkout_form.parse_quantity(typed["quantity"]),
        address=checkout_form.read_address(typed),
        note=typed["note"],
        expected_total=checkout_form.parse_expected_total(request.POST.get("expected", "")),
        idempotency_key=str(key),
        device_id=accounts.get_device_id(request),
    )
    answer = pending_purchases.open_pending_purchase(purchase, method=method, now=now)
    if isinstance(answer, PendingPurchase):
        # The page that waits says that the bank gave no code, and offers the other way.
        with contextlib.suppress(BankOutOfReach, BankSaidNo):
            pending_purchases.choose_method(buyer_id=user_id, order=answer.public_id, method=method, now=now)
    return answer


def _has_quantity_changed(request: HttpRequest, typed: dict[str, str]) -> bool:
    """Return whether the quantity was changed after its total was shown, as happens without JavaScript."""
    return request.POST.get("expected_quantity", typed["quantity"]) != typed["quantity"]


def _find_open_key(buyer_id: int, key: UUID) -> tuple[UUID, BegunPurchase | None]:
    """
    Return the first key, from this one on, that did not come to nothing, and the page of what was begun under it.

    A key came to nothing by a stored refusal, or if it was not paid in time.
    """
    while True:
        answer = api.find_response(buyer_id=buyer_id, idempotency_key=str(key))
        if isinstance(answer, CheckoutCompleted):
            return key, (ORDER_PAGE, answer.order)
        pending = pending_queries.find_by_key(buyer_id, str(key))
        if pending is not None and pending.state != PendingPurchase.State.EXPIRED:
            return key, ("shop:await_payment", pending.public_id)
        if answer is None and pending is None:
            return key, None
        key = uuid5(key, "after a refusal")


def _redirect_to_begun(request: HttpRequest, begun: BegunPurchase) -> HttpResponse:
    """Redirect to what an earlier submission of this page led to."""
    if begun[0] == ORDER_PAGE:
        flash_next(request, _("You already placed this order. You did not pay twice."))
    return redirect(*begun)


def _retry_page(
    request: HttpRequest,
    product: UUID,
    key: UUID,
    typed: dict[str, str],
    problem: DomainError,
    answer: api.CheckoutResult | None = None,
) -> HttpResponse:
    """
    Show why the purchase was refused, with a new try under the next key; redirect to the order if it exists by now.
    """
    key, begun = _find_open_key(get_current_user(request).pk, key)
    if begun:
        return _redirect_to_begun(request, begun)
    checkout_session.save_draft(request, key, typed)
    return _page(request, product, key, typed, refusal=problem, changed=answer)


def _set_first_pin(request: HttpRequest) -> None:
    """
    Set the PIN if it was chosen together with the payment.

    :raises FirstPinNeedsTrustedDevice: if this device may not set one yet
    :raises PinAlreadySet: if a PIN was set meanwhile
    """
    if "new_pin" in request.POST:
        payments.set_first_pin_on_device(
            user_id=get_current_user(request).pk,
            device_id=accounts.get_device_id(request),
            pin=checkout_form.read_pin(request, "new_pin"),
            now=clock.now(),
        )


def _place_order(request: HttpRequest, product: UUID, key: UUID, typed: dict[str, str]) -> api.CheckoutResult:
    return api.place_order(
        buyer_id=get_current_user(request).pk,
        product=product,
        variant=parse_variant(typed["variant"]),
        quantity=checkout_form.parse_quantity(typed["quantity"]),
        address=checkout_form.read_address(typed),
        note=typed["note"],
        expected_total=checkout_form.parse_expected_total(request.POST.get("expected", "")),
        pin=checkout_form.read_pin(request, "new_pin" if "new_pin" in request.POST else "pin"),
        device_id=accounts.get_device_id(request),
        idempotency_key=str(key),
        now=clock.now(),
    )


def _page(
    request: HttpRequest,
    product: UUID,
    key: UUID,
    typed: dict[str, str],
    *,
    problems: dict[str, object] | None = None,
    refusal: DomainError | None = None,
    changed: api.CheckoutResult | None = None,
    is_resumed: bool = False,
    is_recounted: bool = False,
    status: int = 0,
) -> HttpResponse:
    user, now = get_current_user(request), clock.now()
    wrong_fields = len(problems or {})
    quote, is_reduced = _quote(product, typed, user.pk)
    left = _count_available(quote)
    if is_reduced and left is not None:
        # The quantity is the only problem, so the message is shown at its field.
        problems, refusal, changed = {**(problems or {}), "quantity": _reduced_quantity_sentence(left)}, None, None
    device_id = accounts.get_device_id(request)
    wallet = payments.get_wallet(user.pk, now=now)
    pin = payments.get_pin_state(user.pk, device_id=device_id, now=now)
    is_trusted = accounts.is_trusted_device(user.pk, device_id)
    in_the_way = checkout_obstacles.find_obstacles(
        total=quote.total, wallet=wallet, pin=pin, device_id=device_id, is_trusted=is_trusted, now=now
    )
    shown, variant = quote.product, quote.variant
    context = {
        "quote": quote,
        "product": shown,
        "variant": variant,
        "price": variant.price if variant is not None else shown.price,
        "shop": quote.shop,
        "address": _product_address(quote),
        "photo": _photo(quote),
        "key": key,
        "typed": typed,
        "is_resumed": is_resumed,
        "is_recounted": is_recounted and not is_reduced,
        # A low stock is disclosed and limits the input; a higher one is checked by the answer.
        "quantity_max": ORDER_QUANTITY_MAX if left is not None and left >= PUBLIC_STOCK_MAX else max(1, left or 1),
        "wallet": wallet,
        "obstacles": in_the_way,
        "ways": pending_purchases.list_methods(quote.total),
        # The first PIN is chosen together with the first payment.
        "chooses_pin": not pin.is_set and not in_the_way,
        "problems": problems or {},
        "wrong_fields": wrong_fields,
        "changed": changed if isinstance(changed, CheckoutTotalChanged) else None,
        "refusal": _refusal_sentence(refusal, wallet.available) if refusal is not None else "",
        "why_not": quote.why_not and _refusal_sentence(quote.why_not, wallet.available),
        "note_chars_max": Order.NOTE_CHARS_MAX,
        "price_minor": variant.price.amount_minor if variant is not None else "",
        "few": _reduced_quantity_sentence(left) if left and left < PUBLIC_STOCK_MAX else "",
        "just_bought": _recent_purchase(user.pk, product, now),
    }
    status = status or (ErrorKind.INVALID if problems else refusal.kind if refusal else 200)
    return render(request, "shop/buying/buy.html", context, status=status)


def _count_available(quote: Quote) -> int | None:
    """Return how many pieces of the chosen variant can be bought; None if that could not be read."""
    shown = quote.variant or quote.product
    return shown.stock.available if shown.stock is not None else None


def _product_address(quote: Quote) -> str:
    """Return the address of the product's page, with the chosen variant."""
    address = f"/toko/{quote.shop.handle}/{quote.product.slug}/"
    has_choice = quote.variant is not None and quote.product.options
    return f"{address}?varian={quote.variant.public_id}" if has_choice and quote.variant else address


def _photo(quote: Quote) -> str:
    names = [quote.variant.photo] if quote.variant is not None else []
    name = next(filter(None, [*names, *(photo.name for photo in quote.product.photos)]), "")
    return photos.photo_url(name, photos.SIZES[-1]) if name else ""


def _recent_purchase(buyer_id: int, product: UUID, now: datetime) -> dict[str, object] | None:
    """
    Return an order of this product that was paid minutes ago, since its answer may have been lost; None without one.
    """
    order = api.find_last_purchase(buyer_id=buyer_id, product=product, since=now - RECENT_PURCHASE_WITHIN)
    if order is None:
        return None
    zone = time_formats.zone_label(timezone.get_current_timezone_name())
    sentence = _("You just paid for this at {hour} {zone}.").format(
        hour=time_formats.format_hour(order.placed_at), zone=zone
    )
    return {"order": order.public_id, "sentence": sentence}


def _quote(product: UUID, typed: dict[str, str], buyer_id: int) -> tuple[Quote, bool]:
    """Return the quote, and whether it is for fewer pieces than were typed because stock is short."""
    asked: dict[str, Any] = {"product": product, "variant": parse_variant(typed["variant"]), "buyer_id": buyer_id}
    try:
        quote = api.quote_purchase(**asked, quantity=checkout_form.parse_quantity(typed["quantity"]))
    except QuantityInvalid:
        return api.quote_purchase(**asked, quantity=1), False
    left = _count_available(quote) or 0
    if isinstance(quote.why_not, SoldOut) and left > 0:
        return api.quote_purchase(**asked, quantity=min(left, PUBLIC_STOCK_MAX)), True
    return quote, False


def _reduced_quantity_sentence(left: int) -> str:
    """Return the sentence that the quantity was reduced to what is available."""
    if left > PUBLIC_STOCK_MAX:
        return _("There are not that many. We set the quantity to {count}.").format(count=PUBLIC_STOCK_MAX)
    return _("Only {left} in stock. We set the quantity to {left}.").format(left=left)


def _pin_sentence(refusal: PinWrong) -> str:
    left = int(refusal.params["left"] or 0)
    return ngettext(
        "Wrong PIN. You have {left} try left.",
        "Wrong PIN. You have {left} tries left.",
        left,
    ).format(left=left)


def _refusal_sentence(problem: DomainError, available: Money) -> str:
    if isinstance(problem, InsufficientFunds):
        return _("You have {available}, which is not enough. You have not paid anything.").format(available=available)
    if isinstance(problem, SoldOut) and problem.params.get("left") == 0:
        return _("It is sold out. You have not paid anything.")
    return str(problem.body()["message"])
