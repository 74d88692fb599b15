"""Pages on which a merchant chooses the bank account for payouts: the holder's name comes before the PIN."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from payments import api as payments
from payments.errors import (
    BankAccountInvalid,
    BankAccountUnknown,
    BankOutOfReach,
    BankSaidNo,
    BankUnknown,
    PayoutAccountChanged,
)
from shop.domain.payment_references import merchant_reference
from shop.pages import pin_field
from shop.pages.merchant import require_own_shop
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind, RateLimited
from superapp.core.form_pages import errors_by_field, form_cost, make_field_lookup

DRAFT_KEY = "payout_account"
WRITTEN_CHARS_MAX = 40
FIELDS = ("bank", "account")
REFUSALS = (BankUnknown, BankAccountInvalid, BankAccountUnknown, BankOutOfReach, BankSaidNo, RateLimited)
_field_of = make_field_lookup({BankUnknown: "bank", BankAccountInvalid: "account", BankAccountUnknown: "account"})


@named_person_required
@never_cache
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def payout_account(request: HttpRequest) -> HttpResponse:
    """Take bank and account number, and look up the holder's name before asking for the PIN."""
    user = get_current_user(request)
    merchant = merchant_reference(require_own_shop(user.pk).public_id)
    typed = {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in FIELDS}
    problems: dict[str, object] = {}
    if request.method == "POST":
        try:
            found = payments.find_bank_account(typed["bank"], typed["account"], user_id=user.pk, now=clock.now())
        except REFUSALS as refusal:
            problems = errors_by_field(refusal.all(), fields=FIELDS, field_of=_field_of)
        else:
            request.session[DRAFT_KEY] = asdict(found)
            return redirect("shop:confirm_payout_account")
    context = {
        "account": payments.find_payout_account(merchant),
        "banks": sorted(settings.BANKS.items(), key=lambda bank: bank[1].casefold()),
        "is_connected": bool(settings.BANK_URL),
        "typed": typed,
        "problems": problems,
    }
    return render(request, "shop/merchant/payout_account.html", context, status=ErrorKind.INVALID if problems else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_payout_account(request: HttpRequest) -> HttpResponse:
    """Show the holder as the bank names them, and ask for the PIN; POST chooses the account."""
    user = get_current_user(request)
    merchant = merchant_reference(require_own_shop(user.pk).public_id)
    stored = request.session.get(DRAFT_KEY)
    if stored is None:
        return redirect("shop:payout_account")
    to = payments.BankAccount(**stored)
    before = payments.find_payout_account(merchant)
    # Another window may have stored another account since this one was shown.
    is_shown = (request.POST.get("bank"), request.POST.get("account")) == (to.bank_code, to.number)
    unproved: DomainError | None = None
    changed = PayoutAccountChanged() if request.method == "POST" and not is_shown else None
    if request.method == "POST" and changed is None:
        try:
            payments.choose_payout_account(
                merchant=merchant,
                owner_id=user.pk,
                device_id=accounts.get_device_id(request),
                pin=pin_field.read_pin(request),
                to=to,
                now=clock.now(),
            )
        except pin_field.REFUSALS as refusal:
            unproved = refusal
        else:
            request.session.pop(DRAFT_KEY, None)
            flash_next(request, _("Saved. Payouts go to this account."))
            return redirect("shop:settlements")
    context = {
        "to": to,
        "bank_name": settings.BANKS.get(to.bank_code, to.bank_code),
        "before": before,
        "pin_field": pin_field.required_pin_field(request, refusal=unproved),
        "problem": changed and changed.body()["message"],
    }
    refused = unproved or changed
    status = refused.kind if refused else 200
    return render(request, "shop/merchant/payout_account_confirm.html", context, status=status)
