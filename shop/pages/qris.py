"""Merchant pages of codes for payment (QRIS): the shop's code, prints, payments, and bills for one amount."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments.api import FeeChannel
from payments.errors import QrisAmountInvalid, QrisFieldInvalid
from shop import api
from shop.api import ShopDetails
from shop.pages.fee_presenters import format_rate, present_fees
from shop.pages.merchant import require_own_shop
from shop.pages.page_context import boot
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, InputInvalid
from superapp.core.form_pages import (
    PICTURE_COST,
    errors_by_field,
    form_cost,
    make_field_lookup,
    post_only_redirecting_to,
)

ROWS_PER_PAGE = 30
NUMBER_CHARS_MAX = 16
INPUT_CHARS_MAX = 200
TABLES_CHARS_MAX = 2_000
FIELDS = ("name", "city", "postal_code", "category", "criteria")
CATEGORIES: dict[str, Promise] = {
    "5814": gettext_lazy("Food stall or café"),
    "5411": gettext_lazy("Groceries"),
    "5499": gettext_lazy("Snacks, cakes and drinks"),
    "5651": gettext_lazy("Clothes"),
    "5947": gettext_lazy("Crafts and gifts"),
    "7230": gettext_lazy("Barber or salon"),
    "5999": gettext_lazy("Something else"),
}
SIZES: dict[str, Promise] = {
    "UMI": gettext_lazy("Micro: up to Rp2 billion a year"),
    "UKE": gettext_lazy("Small: up to Rp15 billion a year"),
    "UME": gettext_lazy("Medium: up to Rp50 billion a year"),
    "UBE": gettext_lazy("Large: more than that"),
}


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def qris(request: HttpRequest) -> HttpResponse:
    """Show the shop's code with its payments; before the first time, the form that opens its account for codes."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    if request.method == "POST" or api.find_qris_account(user.pk) is None:
        return _open_account(request, shop)
    return _show_code(request, shop)


@post_only_redirecting_to("shop:qris")
@named_person_required
@form_cost(PICTURE_COST)
def poster(request: HttpRequest) -> HttpResponse:
    """Send the poster with the shop's code, as PDF."""
    user = get_current_user(request)
    return _pdf(api.draw_poster(user.pk, asks_tip=_asks_tip(request)), "qris-poster.pdf")


@post_only_redirecting_to("shop:qris")
@named_person_required
@form_cost(PICTURE_COST)
def table_cards(request: HttpRequest) -> HttpResponse:
    """Send a card with a code for each table, as PDF; the tables are named one a line."""
    user = get_current_user(request)
    written = request.POST.get("tables", "")[:TABLES_CHARS_MAX]
    tables = [line.strip() for line in written.splitlines() if line.strip()]
    try:
        return _pdf(api.draw_table_cards(user.pk, tables, asks_tip=_asks_tip(request)), "qris-meja.pdf")
    except QrisFieldInvalid as refusal:
        shop = require_own_shop(user.pk)
        return _show_code(request, shop, tables=written, problem=refusal)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_bill(request: HttpRequest) -> HttpResponse:
    """Show and handle the form that makes a code for one amount. A form that is sent twice makes one."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    if api.find_qris_account(user.pk) is None:
        return redirect("shop:qris")
    typed = {name: request.POST.get(name, "")[:INPUT_CHARS_MAX].strip() for name in ("amount", "note")}
    problem: DomainError | None = None
    key = request.POST.get("key", "") or str(ids.new_id())
    if request.method == "POST":
        if ids.parse_id(key) is None:
            raise InputInvalid(detail="key")
        try:
            bill = api.make_bill(
                owner_id=user.pk,
                amount=money.parse(typed["amount"]).require_positive(),
                note=typed["note"],
                idempotency_key=key,
                now=clock.now(),
            )
            return redirect("shop:bill", bill=bill.public_id)
        except (AmountInvalid, AmountNotWhole, QrisAmountInvalid, QrisFieldInvalid) as refusal:
            problem = refusal
    context = {"shop": shop, "typed": typed, "key": key, "problems": _problems(problem, ("amount", "note"))}
    return render(request, "shop/merchant/new_bill.html", context, status=problem.kind if problem else 200)


@named_person_required
@never_cache
@require_safe
def bill(request: HttpRequest, bill: UUID) -> HttpResponse:
    """Show a code for one amount to whoever shall scan it, until it is paid or expires."""
    user, now = get_current_user(request), clock.now()
    shop = require_own_shop(user.pk)
    shown = api.fetch_bill(user.pk, bill)
    is_open = shown.paid_at is None and now < shown.expires_at
    context = {
        "shop": shop,
        "bill": shown,
        "is_open": is_open,
        "seconds": max(0, int((shown.expires_at - now).total_seconds())),
        "boot": boot(user, topic=f"bill:{bill}", rev=api.bill_rev(shown)) if is_open else None,
    }
    return render(request, "shop/merchant/bill.html", context)


def _open_account(request: HttpRequest, shop: ShopDetails) -> HttpResponse:
    user = get_current_user(request)
    typed = {"name": shop.name, "city": shop.town, "postal_code": "", "category": "5814", "criteria": "UMI"}
    problem: DomainError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:INPUT_CHARS_MAX].strip() for name in FIELDS}
        try:
            api.open_qris_account(owner_id=user.pk, **typed, now=clock.now())
            flash_next(request, _("Your code is ready."))
            return redirect("shop:qris")
        except QrisFieldInvalid as refusal:
            problem = refusal
    context = {
        "shop": shop,
        "typed": typed,
        "problems": _problems(problem, FIELDS),
        "categories": CATEGORIES.items(),
        "sizes": SIZES.items(),
    }
    return render(request, "shop/merchant/open_qris.html", context, status=problem.kind if problem else 200)


def _show_code(
    request: HttpRequest, shop: ShopDetails, *, tables: str = "", problem: DomainError | None = None
) -> HttpResponse:
    user = get_current_user(request)
    account = api.find_qris_account(user.pk)
    assert account is not None, "the page of a shop without one is the form that opens it"
    before = _parse_number(request.GET.get("sebelum", ""))
    rows = api.list_qris_payments(user.pk, before=before, limit=ROWS_PER_PAGE + 1)
    page = rows[:ROWS_PER_PAGE]
    context = {
        "shop": shop,
        "account": account,
        "fees": present_fees(
            FeeChannel.QRIS, criteria=account.criteria.value, category=account.category, now=clock.now()
        ),
        "payload": api.write_shop_code(user.pk),
        "payments": [(one, "" if one.basis_points is None else format_rate(one.basis_points)) for one in page],
        "earlier": page[-1].number if len(rows) > len(page) else None,
        "is_first_page": before is None,
        "tables": tables,
        "problems": _problems(problem, ("tables",)),
        "note": take_flash(request),
        "boot": boot(user, topic=f"qris:{shop.public_id}", rev=api.fetch_qris_rev(user.pk)),
    }
    return render(request, "shop/merchant/qris.html", context, status=problem.kind if problem else 200)


def _problems(problem: DomainError | None, fields: tuple[str, ...]) -> dict[str, Any]:
    if problem is None:
        return {}
    field_of = make_field_lookup({AmountInvalid: "amount", AmountNotWhole: "amount", QrisAmountInvalid: "amount"})
    return errors_by_field(problem.all(), fields=fields, field_of=field_of, sentence_of=_sentence)


def _sentence(refusal: DomainError) -> str:
    if isinstance(refusal, AmountInvalid):
        return _("Enter an amount, such as 50.000.")
    if refusal.params.get("field") == "postal_code":
        return _("Enter the five digits of your postal code.")
    return str(refusal.body()["message"])


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _asks_tip(request: HttpRequest) -> bool:
    return request.POST.get("tip") == "yes"


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_CHARS_MAX else None
