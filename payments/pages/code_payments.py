"""
The page of a payment by code: merchant, amount, PIN, result.

Each scan has its own idempotency key in its URL, so that a repeated submission is the same payment.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from payments import api
from payments.actions.qris_accounts import get_qris_amount_max
from payments.api import QrisOffer
from payments.errors import PinLocked, PinMissing, PinWrong, QrisAmountInvalid
from payments.pages.scan import REFUSAL_KINDS, PaymentDraft, load_draft, store_draft
from payments.pages.transfers import error_text
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import Money

WRITTEN_CHARS_MAX = 40


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def pay(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for what the code leaves open, then for the PIN; on POST with a PIN pay, once for this URL."""
    draft = load_draft(request, key)
    if draft is None:
        return redirect("payments:scan")
    before = _find_response(request, draft, key)
    if isinstance(before, api.Posted):  # Opened again, or after a lost response.
        return redirect("payments:receipt", journal=before.public_id)
    if isinstance(before, api.Refused):
        return _confirmation(request, draft, None, problem=before.error(), is_refused=True)
    try:
        offer = api.read_offer(draft.payload, now=clock.now())
    except DomainError as refusal:
        return _over(request, refusal)
    if request.method == "POST" and "pin" in request.POST and draft.amount is not None:
        return _pay(request, draft, offer, key)
    if request.method == "POST" or draft.amount is None or "ubah" in request.GET:
        return _enter_amount(request, draft, offer, key)
    return _confirmation(request, draft, offer)


def _enter_amount(request: HttpRequest, draft: PaymentDraft, offer: QrisOffer, key: UUID) -> HttpResponse:
    typed = {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in ("amount", "tip")}
    problems: dict[str, object] = {}
    if request.method == "POST":
        amount = offer.amount or _parse_amount("amount", typed, problems)
        tip = _parse_amount("tip", typed, problems) if offer.asks_tip and typed["tip"].strip() else Money(0)
        if amount is not None and tip is not None:
            try:
                api.require_qris_amount(amount + tip)
                # A confirmation that is open in another window keeps the amount that it shows.
                key = key if draft.amount is None else ids.new_id()
                store_draft(request, key, replace(draft, amount=amount, tip=tip))
                return redirect("payments:pay", key=key)
            except QrisAmountInvalid as refusal:
                problems["tip" if offer.amount else "amount"] = refusal.body()["message"]
    context = {
        "offer": offer,
        "wallet": api.get_wallet(get_current_user(request).pk, now=clock.now()),
        "amount_max": get_qris_amount_max(),
        "typed": typed,
        "problems": problems,
    }
    return render(request, "payments/pay_amount.html", context, status=ErrorKind.INVALID if problems else 200)


def _pay(request: HttpRequest, draft: PaymentDraft, offer: QrisOffer, key: UUID) -> HttpResponse:
    assert draft.amount is not None, "the page asks for a PIN only once there is an amount"
    try:
        answer = api.pay_qris(
            payer_id=get_current_user(request).pk,
            payload=draft.payload,
            amount=draft.amount,
            tip=draft.tip,
            device_id=accounts.get_device_id(request),
            pin="".join(request.POST.get("pin", "")[:WRITTEN_CHARS_MAX].split()),
            idempotency_key=str(key),
            now=clock.now(),
        )
    except (PinWrong, PinLocked, PinMissing) as refusal:
        return _confirmation(request, draft, offer, problem=refusal)
    except DomainError as refusal:
        return _over(request, refusal)
    if isinstance(answer, api.Posted):
        flash_next(request, _("Paid."))
        return redirect("payments:receipt", journal=answer.public_id)
    return _confirmation(request, draft, offer, problem=answer.error(), is_refused=True)


def _confirmation(
    request: HttpRequest,
    draft: PaymentDraft,
    offer: QrisOffer | None,
    *,
    problem: DomainError | None = None,
    is_refused: bool = False,
) -> HttpResponse:
    me, now = get_current_user(request), clock.now()
    wallet = api.get_wallet(me.pk, now=now)
    total = (draft.amount or Money(0)) + draft.tip
    context = {
        "offer": offer,
        "draft": draft,
        "total": total,
        "after": wallet.available - total,
        "pin": api.get_pin_state(me.pk, device_id=accounts.get_device_id(request), now=now),
        # Final under this key: another attempt needs another scan.
        "is_refused": is_refused,
        "can_change": offer is not None and (offer.amount is None or offer.asks_tip),
        "problem": problem and error_text(problem, wallet.available),
    }
    return render(request, "payments/pay_confirm.html", context, status=problem.kind if problem else 200)


def _over(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Say why the code cannot be paid any more, such as one that has expired meanwhile."""
    if refusal.kind not in REFUSAL_KINDS:
        raise refusal
    return render(request, "payments/pay_over.html", {"problem": refusal.body()["message"]}, status=refusal.kind)


def _find_response(request: HttpRequest, draft: PaymentDraft, key: UUID) -> api.PostingResult | None:
    if draft.amount is None:
        return None
    return api.find_qris_response(
        payer_id=get_current_user(request).pk,
        payload=draft.payload,
        amount=draft.amount,
        tip=draft.tip,
        idempotency_key=str(key),
    )


def _parse_amount(field: str, typed: dict[str, str], problems: dict[str, object]) -> Money | None:
    try:
        return money.parse(typed[field]).require_whole()
    except AmountInvalid:
        problems[field] = _("Enter an amount, such as 50.000.")
    except AmountNotWhole as refusal:
        problems[field] = refusal.body()["message"]
    return None
