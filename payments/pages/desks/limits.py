"""The desk of limits: ceilings by level, wallets near theirs, and proposals to change somebody's level."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments.actions.desk_proposals import TIER, TIER_WORDS
from payments.actions.freezes import subject_of
from payments.queries import desk_accounts
from payments.queries.issued_money import find_float_cap
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member, record_look
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.money import Money

DESK = "payments.limits"
WRITTEN_CHARS_MAX = 140


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """Show the ceilings and who is near theirs; take a proposal for somebody's level."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            _propose_tier(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Somebody else has to approve it."))
            return redirect("payments:desk_limits")
    near = desk_accounts.list_nearly_full_wallets()
    for account in near:
        record_look(request, subject=subject_of(account), detail=DESK)
    counts = desk_accounts.count_tiers()
    context = {
        "cap": find_float_cap(),
        "tiers": [
            (name, TIER_WORDS.get(name, name), Money(ceiling), counts.get(name))
            for name, ceiling in settings.WALLET_CEILINGS.items()
        ],
        "near": [
            (
                account,
                Money(account.balance),
                Money(account.ceiling or 0),
                account.balance * 100 // (account.ceiling or 1),
            )
            for account in near
        ],
        "typed": {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in ("person", "tier", "reason")},
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
        "note": accounts.take_flash(request) if not problem else "",
    }
    return render(request, "payments/desks/limits.html", context, status=status)


def _propose_tier(request: HttpRequest) -> None:
    person = accounts.get_user_by_handle_or_phone(request.POST.get("person", "").strip())
    console.propose(
        kind=TIER,
        payload={"user": person.pk, "tier": request.POST.get("tier", "")},
        reason=request.POST.get("reason", ""),
        maker=get_member(request),
        now=clock.now(),
    )
