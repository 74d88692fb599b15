"""The desk of freezes: freeze an account at once, and propose to open it again."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments import errors
from payments.actions import freezes as actions
from payments.actions.desk_proposals import STATUS_WORDS, UNFREEZE
from payments.models import Account
from payments.queries import desk_accounts
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member, record_look
from superapp.core import clock, ids
from superapp.core.errors import DomainError
from superapp.core.money import Money

DESK = "payments.freezes"
SEARCH_CHARS_MAX = 160


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def freezes(request: HttpRequest) -> HttpResponse:
    """Show frozen accounts and the one that was looked for; freeze it, or propose its end."""
    problem, status, found = "", 200, None
    search = request.GET.get("cari", "").strip()[:SEARCH_CHARS_MAX]
    try:
        if request.method == "POST":
            accounts.flash_next(request, _act(request))
            return redirect("payments:desk_freezes")
        if search:
            found = _find(search)
            record_look(request, subject=actions.subject_of(found), detail=found.code)
    except DomainError as refusal:
        problem, status = str(refusal.body()["message"]), int(refusal.kind) if request.method == "POST" else 200
    frozen = desk_accounts.list_frozen_accounts()
    freezes_by_code = actions.list_freezes(frozen)
    context = {
        "search": search,
        "found": found and _present(found, freezes_by_code),
        "frozen": [_present(account, freezes_by_code) for account in frozen],
        "reasons": actions.FreezeReason.choices,
        "can_work": get_member(request).has_role(console.Role.FINANCE, console.Role.SUPPORT),
        "problem": problem,
        "note": accounts.take_flash(request) if not problem else "",
    }
    return render(request, "payments/desks/freezes.html", context, status=status)


def _act(request: HttpRequest) -> str:
    member, now = get_member(request), clock.now()
    account: UUID | None = ids.parse_id(request.POST.get("account", ""))
    if account is None:
        raise errors.LedgerAccountNotFound
    written = request.POST.get("note", "")
    if request.POST.get("do") == "freeze":
        actions.freeze(account=account, reason=request.POST.get("reason", ""), note=written, member=member, now=now)
        return _("Frozen. No money moves in or out any more.")
    console.propose(kind=UNFREEZE, payload={"account": str(account)}, reason=written, maker=member, now=now)
    return _("Proposed. Somebody else has to approve it.")


def _find(search: str) -> Account:
    """Return the account with this code, or the wallet of the person with this phone number or username."""
    if ":" in search:
        account = desk_accounts.get_account_by_code(search)
        return desk_accounts.get_freezable_account(account.public_id)
    person = accounts.get_user_by_handle_or_phone(search)
    return desk_accounts.get_freezable_account(desk_accounts.get_wallet_of(person.pk).public_id)


def _present(account: Account, freezes_by_code: Mapping[str, actions.Freeze]) -> dict[str, object]:
    return {
        "account": account,
        "balance": Money(account.balance, account.asset),
        "status": STATUS_WORDS[account.status],
        "is_open": account.status == Account.Status.OPEN,
        "freeze": freezes_by_code.get(account.code) if account.status == Account.Status.FROZEN else None,
    }
