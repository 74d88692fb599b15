"""The desk of promotions: what the platform set aside to pay a part of orders, and where more can come from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments.actions.desk_proposals import PROMOTION
from payments.queries.promotions import get_promotion_balance, list_promotion_sources
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, money
from superapp.core.errors import DomainError

DESK = "payments.promotions"
WRITTEN = ("source", "amount", "reason")
WRITTEN_CHARS_MAX = 160


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def promotions(request: HttpRequest) -> HttpResponse:
    """Show the promotion account; take a proposal to fund it, which another member decides."""
    problem, status = "", 200
    typed = {name: request.POST.get(name, "").strip()[:WRITTEN_CHARS_MAX] for name in WRITTEN}
    if request.method == "POST":
        try:
            console.propose(
                kind=PROMOTION,
                payload={"source": typed["source"], "amount_minor": money.parse(typed["amount"]).amount_minor},
                reason=typed["reason"],
                maker=get_member(request),
                now=clock.now(),
            )
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Somebody else has to approve it."))
            return redirect("payments:desk_promotions")
    context = {
        "balance": get_promotion_balance(),
        "sources": list_promotion_sources(),
        "typed": typed,
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
        "note": "" if problem else accounts.take_flash(request),
    }
    return render(request, "payments/desks/promotions.html", context, status=status)
