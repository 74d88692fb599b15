"""Forms of the order's page by which its buyer reports a problem, and withdraws the report."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shop.actions import disputes
from shop.models import OrderEvent
from shop.pages.orders import run_action
from superapp.accounts.api import named_person_required
from superapp.core.form_pages import form_cost, post_only_redirecting_to


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
