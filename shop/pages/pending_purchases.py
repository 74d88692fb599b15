"""The page that waits until a purchase is paid from outside: its code or number, until when, and what became of it."""

from __future__ import annotations

import contextlib
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import BankOutOfReach, BankSaidNo
from shop.actions import pending_purchases
from shop.domain.payment_references import order_reference
from shop.errors import WayNotOffered
from shop.models import PendingPurchase
from shop.pages.order_list_presenters import deadline_sentence, waiting_state
from shop.queries import pending_purchases as queries
from superapp.accounts.api import get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.form_pages import form_cost
from superapp.core.money import Money


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def await_payment(request: HttpRequest, order: UUID) -> HttpResponse:
    """Show how to pay a purchase, and whether it was paid; POST another way to pay it, or that it is cancelled."""
    user_id = get_current_user(request).pk
    if request.method == "POST":
        _act(user_id, order, request.POST.get("do", ""))
        return redirect("shop:await_payment", order=order)
    purchase = queries.get_pending_purchase(user_id, order)
    if purchase.state == PendingPurchase.State.PLACED:
        return redirect("shop:order", order=order)
    return _page(request, purchase)


@named_person_required
@never_cache
@require_safe
def open_payments(request: HttpRequest) -> JsonResponse:
    """Return which purchases of this person wait for payment, for the pages that wait for a change."""
    return JsonResponse({"state": waiting_state(queries.list_open(get_current_user(request).pk))})


def _act(user_id: int, order: UUID, do: str) -> None:
    now = clock.now()
    method = next((one for one in payments.ChargeMethod if one == do), None)
    if method is not None:
        # The page says that there is no code, and offers the other ways there are.
        with contextlib.suppress(BankOutOfReach, BankSaidNo, WayNotOffered):
            pending_purchases.choose_method(buyer_id=user_id, order=order, method=method, now=now)
    elif do == "cancel":
        pending_purchases.cancel_pending_purchase(buyer_id=user_id, order=order, now=now)
    else:
        # A stranger learns nothing, whatever they ask for.
        queries.get_pending_purchase(user_id, order)


def _page(request: HttpRequest, purchase: PendingPurchase) -> HttpResponse:
    charge = payments.find_charge_of(order_reference(purchase.public_id))
    assert charge is not None, "a purchase is begun with its charge"
    number = charge.virtual_account.number if charge.method == payments.ChargeMethod.VIRTUAL_ACCOUNT else ""
    total = Money(purchase.total_sen)
    is_open = purchase.state == PendingPurchase.State.OPEN
    context = {
        "purchase": purchase,
        "person": get_current_user(request),
        "total": total,
        "deadline": deadline_sentence(purchase, now=clock.now()),
        "is_paid": is_open and charge.state != charge.State.OPEN,
        "is_open": is_open,
        "was_cancelled": not is_open and purchase.closed_at is not None and purchase.closed_at < purchase.expires_at,
        "waiting_state": waiting_state(queries.list_open(purchase.buyer_id)) if is_open else "",
        "qr_content": charge.qr_content,
        "number": number,
        "number_in_groups": payments.group_digits(number),
        "other_ways": [one for one in pending_purchases.list_methods(total) if one != charge.method],
        "bank_name": settings.BANK_NAME,
        "simulated_bank": _simulated_bank(charge.qr_content, number),
        "note": take_flash(request),
    }
    return render(request, "shop/buying/await_payment.html", context)


def _simulated_bank(qr_content: str, number: str) -> str:
    """Return where a demo pays this; empty without a simulated bank, or before there is something to pay."""
    if number:
        return payments.find_simulated_payment_url("va", number=number)
    return payments.find_simulated_payment_url("qr", content=qr_content) if qr_content else ""
