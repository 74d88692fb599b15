"""Pages of requests for money: the list, a new one, and one request with what may be done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import (
    AccountNotOpen,
    CeilingExceeded,
    InsufficientFunds,
    PinLocked,
    PinMissing,
    PinWrong,
    WalletFrozen,
)
from peer_payments import api, errors
from peer_payments.contracts import RequestDetails
from peer_payments.domain.rules import NOTE_CHARS_MAX
from peer_payments.pages import pin_problems
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required, take_flash
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import Money

AMOUNT_CHARS_MAX = 40
PAYMENT_REFUSALS = (PinWrong, PinLocked, PinMissing, InsufficientFunds, CeilingExceeded, AccountNotOpen, WalletFrozen)


@named_person_required
@never_cache
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Show the person's requests, and the contacts of whom money may be requested."""
    user = get_current_user(request)
    chosen = ids.parse_id(request.GET.get("kepada", ""))
    if chosen is not None:
        return redirect("peer_payments:request_from", user=chosen)
    listed = api.list_requests(user.pk)
    is_open = [one for one in listed if one.state == "open"]
    to_pay = [one for one in is_open if one.payer_id == user.pk]
    waiting = [one for one in is_open if one.requester_id == user.pk]
    context = {
        "to_pay": to_pay,
        "to_pay_total": sum((one.amount for one in to_pay), Money(0)),
        "waiting": waiting,
        "waiting_total": sum((one.amount for one in waiting), Money(0)),
        "closed": [one for one in listed if one.state != "open"],
        "contacts": accounts.list_contacts(user.pk),
        "me": user.pk,
        "note": take_flash(request),
    }
    return render(request, "peer_payments/requests.html", context)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_from(request: HttpRequest, user: UUID) -> HttpResponse:
    """Show the form for a request to one contact; POST makes it, once for each form."""
    me, now = get_current_user(request), clock.now()
    payer = payments.get_recipient(me.pk, who=user)
    if not payer.is_contact:
        raise errors.NotContacts
    written, note = request.POST.get("amount", "")[:AMOUNT_CHARS_MAX], request.POST.get("note", "").strip()
    problems: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            made = api.request_money(
                requester_id=me.pk,
                payer=user,
                amount=money.parse(written),
                note=note,
                idempotency_key=request.POST.get("key", ""),
                now=now,
            )
            return redirect("peer_payments:request", money_request=made.public_id)
        except AmountInvalid:
            problems, status = {"amount": _("Enter an amount, such as 50.000.")}, ErrorKind.INVALID
        except (AmountNotWhole, errors.AmountTooLarge, errors.NoteTooLong, errors.TooManyRequests) as refusal:
            field = "note" if isinstance(refusal, errors.NoteTooLong) else "amount"
            problems, status = {field: refusal.body()["message"]}, refusal.kind
    context = {
        "to": payer,
        "amount": written,
        "request_note": note,
        "note_chars_max": NOTE_CHARS_MAX,
        "key": request.POST.get("key") or str(ids.new_id()),
        "problems": problems,
    }
    return render(request, "peer_payments/request_from.html", context, status=status)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def show_request(request: HttpRequest, money_request: UUID) -> HttpResponse:
    """Show a request to one of its two people; POST pays, declines, cancels it or reminds of it, by its button."""
    me, now = get_current_user(request), clock.now()
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            _do(request, me.pk, money_request, now)
            return redirect("peer_payments:request", money_request=money_request)
        except (*PAYMENT_REFUSALS, errors.RequestClosed, errors.RemindedAlready, errors.NotContacts) as refusal:
            problem = refusal
    found = api.get_request(me.pk, money_request)
    return render(
        request,
        "peer_payments/request.html",
        _describe(request, me.pk, found, problem, now),
        status=problem.kind if problem else 200,
    )


def _do(request: HttpRequest, user_id: int, money_request: UUID, now: datetime) -> None:
    pressed = request.POST.get("do", "")
    if pressed == "pay":
        attempt = request.POST.get("attempt", "")
        api.pay_request(
            payer_id=user_id,
            request=money_request,
            attempt=int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 6 else 0,
            device_id=accounts.get_device_id(request),
            pin="".join(request.POST.get("pin", "")[:40].split()),
            now=now,
        )
    elif pressed == "decline":
        api.decline_request(payer_id=user_id, request=money_request, now=now)
    elif pressed == "cancel":
        api.cancel_request(requester_id=user_id, request=money_request, now=now)
    elif pressed == "remind":
        api.remind_payer(requester_id=user_id, request=money_request, now=now)


def _describe(
    request: HttpRequest, user_id: int, found: RequestDetails, problem: DomainError | None, now: datetime
) -> dict[str, Any]:
    is_payer = found.payer_id == user_id
    wallet = payments.get_wallet(user_id, now=now)
    return {
        "asked": found,
        "is_payer": is_payer,
        "person": found.requester if is_payer else found.payer,
        "wallet": wallet,
        "after": wallet.available - found.amount,
        "is_short": wallet.available < found.amount,
        "pin": payments.get_pin_state(user_id, device_id=accounts.get_device_id(request), now=now),
        "may_remind": now >= found.reminder_from,
        "problem": problem and pin_problems.describe(problem, wallet.available),
    }
