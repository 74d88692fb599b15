"""Forms of the order page: the buyer requests a cancellation, and the merchant declines it or cancels the order."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shop.actions import cancellation_requests
from shop.models import OrderEvent
from shop.pages.orders import run_action
from superapp.accounts.api import named_person_required
from superapp.core.form_pages import form_cost, post_only_redirecting_to


@post_only_redirecting_to("shop:order", fragment="form-minta-batal")
@named_person_required
@form_cost(20)
def request_cancellation(request: HttpRequest, order: UUID) -> HttpResponse:
    """Ask the shop to cancel, as the buyer."""
    chosen, words = request.POST.get("reason", "").strip(), request.POST.get("words", "").strip()
    reason = (words or chosen)[: OrderEvent.REASON_CHARS_MAX]
    done = _("Asked. You will see the answer here and in the chat.")
    return run_action(request, order, cancellation_requests.request_cancellation, done=done, reason=reason)


@post_only_redirecting_to("shop:order", fragment="form-tolak-batal")
@named_person_required
@form_cost(20)
def decline_cancellation(request: HttpRequest, order: UUID) -> HttpResponse:
    """Decline to cancel, as the merchant."""
    reason = request.POST.get("words", "").strip()[: OrderEvent.REASON_CHARS_MAX]
    done = _("Declined. The buyer can see it.")
    return run_action(request, order, cancellation_requests.decline_cancellation, done=done, reason=reason)
