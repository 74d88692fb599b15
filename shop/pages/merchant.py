"""Merchant pages: orders to handle, all orders, payout, and shop settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from shop import api
from shop.actions import photo_storage
from shop.actions.shops import HANDLE_CHARS_MIN
from shop.api import ShopDetails
from shop.errors import HandleInvalid, HandleTaken, NameReserved, OpeningHoursInvalid, ShopNotFound, TextInvalid
from shop.models import Shop
from shop.pages import opening_hours_form, order_list_presenters, photo_uploads, pin_field
from shop.pages.form_errors import OPEN_SHOP_MESSAGES, error_message_for
from shop.pages.page_context import boot, wants_json
from shop.queries import photos
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids
from superapp.core.errors import DomainError, ErrorCollector, ErrorKind, InputInvalid
from superapp.core.form_pages import errors_by_field, form_cost, make_field_lookup, post_only_redirecting_to
from superapp.web.time_formats import ZONE_LABELS

ROW = "shop/merchant/_row.html"
NOTHING_TO_DO, NONE_YET = "shop/merchant/_done.html", "shop/merchant/_none_yet.html"
CURSOR_CHARS_MAX = 500
INPUT_CHARS_MAX = 4_000
# The three time zones of Indonesia.
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


@named_person_required
@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show the unfinished orders: those that wait for the shop first, each group oldest first."""
    return _sales(request, only="today")


@named_person_required
@never_cache
@require_safe
def sales(request: HttpRequest) -> HttpResponse:
    """Show all orders of the caller's shop, newest first."""
    return _sales(request, only="all")


@post_only_redirecting_to("shop:today")
@named_person_required
@sensitive_post_parameters("pin")
@form_cost(20)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Pay out the shop's whole balance into the merchant's wallet. A form that is sent twice pays once."""
    user = get_current_user(request)
    key = request.POST.get("key", "")
    if ids.parse_id(key) is None:
        raise InputInvalid(detail="key")
    try:
        left = api.request_payout(
            owner_id=user.pk,
            device_id=accounts.get_device_id(request),
            pin=pin_field.read_pin(request),
            idempotency_key=key,
            now=clock.now(),
        )
    except pin_field.REFUSALS as refusal:
        return _sales(request, only="today", unproved=refusal)
    except DomainError as refusal:
        if refusal.kind != ErrorKind.CONFLICT:
            raise
        return _sales(request, only="today", problem=refusal)
    # What is left may also have come in since, as when the form was sent twice.
    if left and payments.get_wallet(user.pk, now=clock.now()).is_full:
        flash_next(request, _("Your wallet is filled up to its limit. The rest stays safe here."))
    else:
        flash_next(request, _("The money is in your wallet."))
    return redirect("shop:today")


@require_safe
def today_shell(request: HttpRequest) -> HttpResponse:
    """Show the page of today without orders; a device stores it for offline use and fills in what it knows."""
    context = {
        "known": order_list_presenters.present_loading_list(name="sales:today", row=ROW, empty=NOTHING_TO_DO),
        "blank": order_list_presenters.BLANK_ROW,
        "scope": "today",
        "boot": {"is_newest_page": True},
        "is_shell": True,
    }
    return render(request, "shop/merchant/today.html", context)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_shop(request: HttpRequest) -> HttpResponse:
    """Show and handle the form that opens a shop: name, town and handle. The first product comes next."""
    user = get_current_user(request)
    if api.find_shop(user.pk) is not None and request.method != "POST":
        return redirect("shop:today")
    typed = {name: request.POST.get(name, "")[:INPUT_CHARS_MAX].strip() for name in ("name", "town", "handle")}
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            api.open_shop(
                owner_id=user.pk,
                handle=_handle_for(typed),
                name=typed["name"],
                town=typed["town"],
                time_zone=user.time_zone,
                now=clock.now(),
            )
            return redirect("shop:new_product")
        except (TextInvalid, NameReserved, HandleInvalid, HandleTaken) as refusal:
            problem = refusal
    context = {
        "typed": typed,
        "problems": _problems(problem, typed, fields=("name", "town", "handle")),
        "host": settings.PUBLIC_URL.partition("://")[2],
        "words": {"handle_suggestion": "{handle}"},
        "limits": Shop,
    }
    return render(request, "shop/merchant/open.html", context, status=problem.kind if problem else 200)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shop_settings(request: HttpRequest) -> HttpResponse:
    """Show and change the shop's name, town, description, hours and logo, or close it temporarily."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            _save_settings(request, user.pk, shop)
            flash_next(request, _("Saved."))
            return redirect("shop:settings")
        except (TextInvalid, NameReserved, OpeningHoursInvalid, *photo_uploads.REFUSALS) as refusal:
            problem = refusal
    typed = {"name": shop.name, "town": shop.town, "about": shop.about}
    if problem is not None:
        typed = {name: request.POST.get(name, "")[:INPUT_CHARS_MAX] for name in typed}
    hours = opening_hours_form.fill_form(shop.opening_hours, request.POST if problem else None)
    context = {
        "shop": shop,
        "typed": typed,
        "hours": hours,
        "zones": [(zone, ZONE_LABELS[zone]) for zone in ZONES],
        "logo": photos.photo_url(shop.logo, photos.SIZES[-1]) if shop.logo else "",
        "problems": _problems(
            problem, typed, fields=("name", "town", "about", "logo", *hours.fields), is_same=hours.is_same
        ),
        "note": take_flash(request),
        "limits": Shop,
        "bytes_max": photos.UPLOAD_BYTES_MAX,
    }
    return render(request, "shop/merchant/settings.html", context, status=problem.kind if problem else 200)


def require_own_shop(owner_id: int) -> ShopDetails:
    """
    Return the caller's shop.

    :raises ShopNotFound: if the person has no shop
    """
    shop = api.find_shop(owner_id)
    if shop is None:
        raise ShopNotFound
    return shop


def handle_from_name(name: str) -> str:
    """Return the handle that a shop name suggests; possibly empty or too short."""
    return re.sub(r"^[^a-z]+", "", slugify(name)).replace("_", "-")[: Shop.HANDLE_CHARS_MAX].strip("-")


def _sales(
    request: HttpRequest, *, only: Any, problem: DomainError | None = None, unproved: DomainError | None = None
) -> HttpResponse:
    user = get_current_user(request)
    shop = api.find_shop(user.pk)
    if shop is None:
        return render(request, "shop/merchant/begin.html")
    after = request.GET.get("sesudah", "")[:CURSOR_CHARS_MAX] or None
    envelope = api.list_sales(user.pk, only=only, after=after, now=clock.now())
    headings_for: order_list_presenters.TurnHeadings | None = None
    if only == "today":
        headings_for = "later page" if after else "first page"
    rows = order_list_presenters.present_rows(envelope.items, headings_for=headings_for)
    shown = order_list_presenters.envelope_as_data(envelope, rows)
    if wants_json(request):
        return JsonResponse(msgspec.to_builtins(shown))
    name = f"sales:{only}"
    has_earnings = only == "today" and payments.is_enabled()
    earned = api.fetch_merchant_balance(user.pk) if has_earnings else None
    refused = problem or unproved
    context = {
        "shop": shop,
        "known": order_list_presenters.present_list(
            envelope,
            rows,
            name=name,
            row=ROW,
            empty=NOTHING_TO_DO if only == "today" else NONE_YET,
            more="?sesudah=",
            more_word=_("Next") if only == "today" else "",
        ),
        "blank": order_list_presenters.BLANK_ROW,
        "scope": only,
        "note": take_flash(request),
        "has_earnings": has_earnings,
        "earned": earned,
        "key": ids.new_id(),
        "pin_field": pin_field.pin_field(request, refusal=unproved) if earned else None,
        "is_pin_refused": unproved is not None,
        "problem": problem and problem.body()["message"],
        "boot": boot(
            user,
            topic=f"sales:{shop.public_id}",
            list=shown if after is None else None,
            is_newest_page=after is None,
        ),
    }
    return render(request, "shop/merchant/today.html", context, status=refused.kind if refused else 200)


def _handle_for(typed: dict[str, str]) -> str:
    """
    Return the typed handle, or a free one derived from the name.

    The latter if none was typed, or if the typed one is the suggestion of the page and too short.
    """
    suggestion = handle_from_name(typed["name"])
    written = typed["handle"].lower()
    is_left_to_us = not written or (written == suggestion and len(written) < HANDLE_CHARS_MIN)
    return api.suggest_free_handle(suggestion) if is_left_to_us else written


def _save_settings(request: HttpRequest, owner_id: int, shop: ShopDetails) -> None:
    """Save the settings form; if any field is invalid, nothing is changed. :raises DomainError: the first error"""
    posted = request.POST
    if "is_open" in posted:
        api.change_shop(owner_id=owner_id, is_open=posted["is_open"] == "yes", now=clock.now())
        return
    zone = posted.get("time_zone", "")
    said = {name: posted.get(name, "")[:INPUT_CHARS_MAX] for name in ("name", "town", "about")}
    hours = opening_hours_form.parse_form(posted, shop.opening_hours)
    upload, logo = request.FILES.get("logo"), None
    refused = ErrorCollector()
    with refused:
        api.validate_shop(**said, opening_hours=hours)
    with refused:
        logo = _stored_logo(upload, owner_id) if upload is not None else None
    refused.raise_first()
    api.change_shop(
        owner_id=owner_id,
        name=said["name"],
        town=said["town"],
        about=said["about"],
        opening_hours=hours,
        time_zone=zone if zone in ZONES else shop.time_zone,
        now=clock.now(),
    )
    if logo is not None:
        api.set_logo(owner_id=owner_id, logo=logo, now=clock.now())


def _stored_logo(upload: UploadedFile, owner_id: int) -> str:
    now = clock.now()
    photo_storage.count_upload(owner_id, now=now)
    return photo_storage.store_logo(upload.read(photos.UPLOAD_BYTES_MAX + 1), owner_id=owner_id, now=now).name


def _problems(
    problem: DomainError | None, typed: dict[str, str], *, fields: Sequence[str], is_same: bool = False
) -> dict[str, object]:
    """Return the error messages by field."""
    if problem is None:
        return {}
    known = make_field_lookup(
        {HandleInvalid: "handle", HandleTaken: "handle"} | dict.fromkeys(photo_uploads.REFUSALS, "logo")
    )

    def field_of(refusal: DomainError) -> str:
        if isinstance(refusal, OpeningHoursInvalid):
            return opening_hours_form.field_of(str(refusal.params.get("day", "")), is_same=is_same)
        return known(refusal)

    sentence = error_message_for(typed, OPEN_SHOP_MESSAGES)
    return errors_by_field(problem.all(), fields=fields, field_of=field_of, sentence_of=sentence)
