"""The desk of float: what we owe people against what lies at the bank, and cash that is brought there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments.actions.cash_deposits import get_cash_at_counter
from payments.actions.float_checks import check_float
from payments.maintenance.bank_proposals import DEPOSIT
from payments.models import FloatCheck
from payments.queries.float_money import list_float_checks
from payments.queries.issued_money import find_float_cap
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, money
from superapp.core.errors import DomainError
from superapp.core.money import Money
from superapp.core.text_cleaning import clean_line

DESK = "payments.float"
WRITTEN = ("amount", "bank_reference", "reason")
WRITTEN_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatView:
    """A day's comparison in amounts; None where the bank did not say."""

    row: FloatCheck
    owed: Money
    in_transit: Money
    cash: Money
    ledger: Money
    bank: Money | None
    shortfall: Money | None


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_float(request: HttpRequest) -> HttpResponse:
    """Show the comparisons; ask the bank for a new one, or take a proposal to post cash that was brought there."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            note = _act(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, note)
            return redirect("payments:desk_float")
    checks = [_present(row) for row in list_float_checks()]
    context = {
        "cap": find_float_cap(),
        "last": checks[0] if checks else None,
        "checks": checks,
        "cash": get_cash_at_counter(),
        "typed": {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in WRITTEN},
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
        "note": "" if problem else accounts.take_flash(request),
    }
    return render(request, "payments/desks/bank_float.html", context, status=status)


def _act(request: HttpRequest) -> str:
    """Do what the pressed button says, and return a note about it."""
    member, now = get_member(request), clock.now()
    if request.POST.get("do") == "ask":
        row = check_float(now=now)
        console.record(member=member, action="float_checked", subject=f"float:{row.day.isoformat()}", now=now)
        return _("The bank was asked.") if row.bank_balance is not None else _("The bank did not answer.")
    console.propose(
        kind=DEPOSIT,
        payload={
            "amount_minor": money.parse(request.POST.get("amount", "")).amount_minor,
            "bank_reference": clean_line(request.POST.get("bank_reference", ""))[:64],
        },
        reason=request.POST.get("reason", ""),
        maker=member,
        now=now,
    )
    return _("Proposed. Somebody else has to approve it.")


def _present(row: FloatCheck) -> FloatView:
    return FloatView(
        row=row,
        owed=Money(row.owed),
        in_transit=Money(row.in_transit),
        cash=Money(row.cash),
        ledger=Money(row.ledger_balance),
        bank=None if row.bank_balance is None else Money(row.bank_balance),
        shortfall=None if row.shortfall is None else Money(row.shortfall),
    )
