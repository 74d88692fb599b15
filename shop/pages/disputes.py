"""Forms of the order's page about a problem: the buyer reports and withdraws it, and the two agree on a refund."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shop import api
from shop.actions import dispute_offers, disputes
from shop.models import OrderEvent
from shop.pages.orders import AMOUNT_CHARS_MAX, authorization_fields, run_action, show_order
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import money
from superapp.core.errors import AmountInvalid, InputInvalid
from superapp.core.form_pages import form_cost, post_only_redirecting_to
from superapp.core.money import Money


@post_only_redirecting_to("shop:order", fragment="form-masalah")
@named_person_required
@form_cost(20)
def open_dispute(request: HttpRequest, order: UUID) -> HttpResponse:
    """Report that something is wrong with the order, as its buyer."""
    chosen, words = request.POST.get("reason", "").strip(), request.POST.get("words", "").strip()
    reason = ": ".join(filter(None, (chosen, words)))[: OrderEvent.REASON_CHARS_MAX]
    done = _("Reported. The shop can see it, and is not paid until it is settled.")
    return run_action(request, order, disputes.open_dispute, done=done, reason=reason)


@post_only_redirecting_to("shop:order", fragment="form-beres")
@named_person_required
@form_cost(20)
def drop_dispute(request: HttpRequest, order: UUID) -> HttpResponse:
    """Withdraw the report, as the buyer of the order."""
    done = _("Withdrawn. The order goes on as before.")
    return run_action(request, order, disputes.drop_dispute, done=done)


@post_only_redirecting_to("shop:order", fragment="form-jawab")
@named_person_required
@sensitive_post_parameters("pin")
@form_cost(20)
def answer_dispute(request: HttpRequest, order: UUID) -> HttpResponse:
    """Answer the report as the merchant, with an offer or without one."""
    written = request.POST.get("amount", "").strip()[:AMOUNT_CHARS_MAX]
    try:
        amount = money.parse(written) if written else Money(0)
    except AmountInvalid as refusal:
        shown = api.fetch_order(user_id=get_current_user(request).pk, order=order)
        return show_order(request, shown, unanswered=refusal)
    fields = {"words": request.POST.get("words", ""), "amount": amount, **authorization_fields(request)}
    done = _("Sent. The buyer can read it.")
    return run_action(request, order, dispute_offers.answer_dispute, done=done, **fields)


@post_only_redirecting_to("shop:order", fragment="form-tawaran")
@named_person_required
@sensitive_post_parameters("pin")
@form_cost(20)
def accept_offer(request: HttpRequest, order: UUID) -> HttpResponse:
    """Accept the offer that the page showed, as the buyer."""
    fields = {**_seen_offer(request), **authorization_fields(request)}
    done = _("Accepted. The refund is done.")
    return run_action(request, order, dispute_offers.accept_offer, done=done, **fields)


@post_only_redirecting_to("shop:order", fragment="form-tolak")
@named_person_required
@form_cost(20)
def decline_offer(request: HttpRequest, order: UUID) -> HttpResponse:
    """Decline the offer that the page showed, as the buyer."""
    fields = {**_seen_offer(request), "words": request.POST.get("words", "")}
    done = _("Declined. The shop can see it.")
    return run_action(request, order, dispute_offers.decline_offer, done=done, **fields)


def _seen_offer(request: HttpRequest) -> dict[str, Any]:
    """Return number and amount of the offer that the form showed."""
    number = request.POST.get("offer", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise InputInvalid(detail="offer")
    return {"offer": int(number), "amount": money.parse(request.POST.get("amount", "")[:AMOUNT_CHARS_MAX])}
