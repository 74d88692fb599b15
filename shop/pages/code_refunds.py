"""Page of one payment by a code of the shop: what it was, what was refunded of it, and the form that refunds more."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from payments import api as payments
from payments.errors import KeyReused, RefundExceeds, RefundTooLate
from shop.actions import refunds
from shop.domain.payment_references import merchant_reference
from shop.models import OrderEvent
from shop.pages import pin_field, refund_presenters
from shop.pages.merchant import require_own_shop
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, DomainError, InputInvalid
from superapp.core.form_pages import form_cost

AMOUNT_CHARS_MAX = 40


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def code_payment(request: HttpRequest, journal: UUID) -> HttpResponse:
    """Show a payment by code to the caller's shop, and refund all or part of it. A form sent twice refunds once."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    payment = payments.get_qris_payment(merchant_reference(shop.public_id), journal)
    problem: DomainError | None = None
    unproved: DomainError | None = None
    if request.method == "POST":
        try:
            flash_next(request, refund_presenters.requested_sentence(_refund(request, user.pk, journal)))
            return redirect("shop:code_payment", journal=journal)
        except pin_field.REFUSALS as refusal:
            unproved = refusal
        except (AmountInvalid, RefundExceeds, RefundTooLate, KeyReused) as refusal:
            problem = refusal
    refused = problem or unproved
    given = payments.list_refunds(payments.qris_reference(journal))
    waiting = sum((one.amount for one in given if one.state == "waiting"), start=money.Money(0))
    context = {
        "payment": payment,
        "refunds": [(one, refund_presenters.refund_sentence(one, "merchant")) for one in given],
        "left": payment.amount - payment.refunded - waiting,
        "typed": request.POST.get("amount", "")[:AMOUNT_CHARS_MAX],
        "key": request.POST.get("key") or ids.new_id(),
        "problem": problem and problem.body()["message"],
        "pin_field": pin_field.pin_field(request, refusal=unproved),
        "note": take_flash(request),
    }
    return render(request, "shop/merchant/code_payment.html", context, status=refused.kind if refused else 200)


def _refund(request: HttpRequest, owner_id: int, journal: UUID) -> payments.RefundDetails:
    number = request.POST.get("key", "")
    if ids.parse_id(number) is None:
        raise InputInvalid(detail="key")
    return refunds.refund_code_payment(
        owner_id=owner_id,
        journal=journal,
        amount=money.parse(request.POST.get("amount", "")[:AMOUNT_CHARS_MAX]).require_positive(),
        reason=request.POST.get("reason", "")[: OrderEvent.REASON_CHARS_MAX],
        number=number,
        device_id=accounts.get_device_id(request),
        pin=pin_field.read_pin(request),
        now=clock.now(),
    )
