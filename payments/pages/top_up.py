"""Pages to top up the wallet: by virtual account, by QRIS, or at the counter."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments import api, queries
from payments.domain import play_money, simulated_bank, virtual_account_numbers
from payments.errors import (
    BankOutOfReach,
    BankSaidNo,
    FloatCapReached,
    NoBank,
    TooManyOpenTopUps,
    TopUpTooLarge,
    TopUpTooSmall,
)
from payments.models import Charge
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, money
from superapp.core.errors import AmountInvalid, AmountNotWhole
from superapp.core.form_pages import form_cost
from superapp.core.money import IDR, Money

WRITTEN_CHARS_MAX = 40
# Refusals that the page of limits explains.
LIMITS = (TopUpTooSmall, TopUpTooLarge, TooManyOpenTopUps, FloatCapReached)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def top_up(request: HttpRequest) -> HttpResponse:
    """Show the ways to top up; POST an amount to get a code for it."""
    user, now = get_current_user(request), clock.now()
    problem: str | None = None
    is_limit = False
    written = request.POST.get("amount", "")[:WRITTEN_CHARS_MAX]
    if request.method == "POST":
        try:
            if "number" in request.POST:
                api.get_or_open_virtual_account(user_id=user.pk, now=now)
                return redirect("payments:top_up")
            charge = api.begin_top_up_by_qris(user_id=user.pk, amount=money.parse(written), now=now)
            return redirect("payments:top_up_code", charge=charge.public_id)
        except AmountInvalid:
            problem = _("Enter an amount, such as 50.000.")
        except (*LIMITS, AmountNotWhole, BankOutOfReach, BankSaidNo, NoBank) as refusal:
            problem = str(refusal.body()["message"])
            is_limit = isinstance(refusal, LIMITS)
    account = api.find_virtual_account_of(user.pk)
    number = account.number if account is not None else ""
    context = {
        "wallet": api.get_wallet(user.pk, now=now),
        "person": user,
        "phone": accounts.get_formatted_phone_number(user.pk),
        "bank_name": settings.BANK_NAME,
        "has_bank": bool(settings.BANK_URL),
        "is_capped": queries.find_float_room(IDR) == Money(0),
        "number": number,
        "number_in_groups": virtual_account_numbers.group_digits(number),
        "amount": written,
        "problem": problem,
        "is_limit": is_limit,
        "play_money": play_money.find_form_url(),
        "simulated_bank": simulated_bank.find_payment_url("va", number=number) if number else "",
        "next": accounts.get_next_url(request, default=""),
    }
    return render(request, "payments/top_up.html", context, status=422 if problem else 200)


@named_person_required
@never_cache
@require_safe
def top_up_code(request: HttpRequest, charge: UUID) -> HttpResponse:
    """Show a code to pay into the wallet, and whether it was paid."""
    row = api.get_charge(get_current_user(request).pk, charge)
    context = {
        "charge": row,
        "amount": Money(row.amount, row.asset),
        "state": _state_of(row),
        "simulated_bank": simulated_bank.find_payment_url("qr", content=row.qr_content),
    }
    return render(request, "payments/top_up_code.html", context)


@named_person_required
@never_cache
@require_safe
def charge_state(request: HttpRequest, charge: UUID) -> JsonResponse:
    """Return the state of a person's charge, for the page that waits for it."""
    return JsonResponse({"state": _state_of(api.get_charge(get_current_user(request).pk, charge))})


def _state_of(charge: Charge) -> str:
    """Return the state, in which a charge whose time is over counts as expired before the timer has closed it."""
    if charge.state == Charge.State.OPEN and charge.expires_at <= clock.now():
        return Charge.State.EXPIRED.value
    return str(charge.state)
