"""The desk of disputes: the open ones by age, and the form that proposes a decision."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.actions.dispute_proposals import DECIDE, VERDICTS
from shop.queries import disputes as queries
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, money
from superapp.core.errors import DomainError, InputInvalid

DESK = "shop.disputes"
AMOUNT_CHARS_MAX, WRITTEN_CHARS_MAX = 40, 200
WRITTEN = ("dispute", "verdict", "amount", "reason")


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def disputes(request: HttpRequest) -> HttpResponse:
    """Show the open disputes, oldest first, and propose a decision about one."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            _propose(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Somebody else has to approve it."))
            return redirect("shop:desk_disputes")
    typed = {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in WRITTEN}
    waiting = {payload["dispute"]: proposal for proposal, payload in console.list_open_payloads(DECIDE)}
    context = {
        # A refused form keeps what was written, at the case that it was written for.
        "disputes": [
            (one, waiting.get(one.dispute), str(one.dispute) == typed["dispute"])
            for one in queries.list_open_disputes()
        ],
        "typed": typed,
        "verdicts": VERDICTS.items(),
        "can_work": get_member(request).has_role(console.Role.FINANCE, console.Role.SUPPORT),
        "problem": problem,
        "note": accounts.take_flash(request) if not problem else "",
    }
    return render(request, "shop/desks/disputes.html", context, status=status)


def _propose(request: HttpRequest) -> None:
    sent, verdict = request.POST.get("dispute", ""), request.POST.get("verdict", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 19):
        raise InputInvalid(detail="dispute")
    dispute = queries.get_open_dispute(int(sent))
    part = money.parse(request.POST.get("amount", "")[:AMOUNT_CHARS_MAX]).amount_minor if verdict == "split" else 0
    console.propose(
        kind=DECIDE,
        payload={"dispute": dispute.dispute, "number": dispute.number, "verdict": verdict, "part_sen": part},
        reason=request.POST.get("reason", ""),
        maker=get_member(request),
        now=clock.now(),
    )
