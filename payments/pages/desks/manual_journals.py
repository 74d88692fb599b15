"""The desk of journals by hand: one operator proposes, another posts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments.actions.desk_proposals import MANUAL
from payments.queries import desk_accounts
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, money
from superapp.core.errors import DomainError

DESK = "payments.manual_journals"
FIELDS = ("debit", "credit", "amount", "reason")
WRITTEN_CHARS_MAX = 160


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def manual_journals(request: HttpRequest) -> HttpResponse:
    """Take a proposal of a journal, which another operator posts by approving it."""
    problem, status = "", 200
    typed = {name: request.POST.get(name, "").strip()[:WRITTEN_CHARS_MAX] for name in FIELDS}
    if request.method == "POST":
        try:
            _propose_journal(request, typed)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Somebody else has to approve it."))
            return redirect("payments:desk_manual_journals")
    context = {
        "typed": typed,
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
        "note": accounts.take_flash(request) if not problem else "",
    }
    return render(request, "payments/desks/manual_journals.html", context, status=status)


def _propose_journal(request: HttpRequest, typed: dict[str, str]) -> None:
    asset = desk_accounts.get_account_by_code(typed["debit"]).asset
    console.propose(
        kind=MANUAL,
        payload={
            "debit": typed["debit"],
            "credit": typed["credit"],
            "amount_minor": money.parse(typed["amount"], asset).amount_minor,
            "asset": asset,
        },
        reason=typed["reason"],
        maker=get_member(request),
        now=clock.now(),
    )
