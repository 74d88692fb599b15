"""The desk of top-ups at the counter: one operator requests, another decides."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments import queries
from payments.actions import top_ups
from payments.errors import TopUpNotFound
from payments.models import TopUp
from payments.writers.ledger import Refused
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, ids, money
from superapp.core.errors import DomainError
from superapp.core.money import Money

DESK = "payments.counter_top_ups"
FIELDS = ("person", "amount", "reason")
WRITTEN_CHARS_MAX = 140


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def counter_top_ups(request: HttpRequest) -> HttpResponse:
    """Show the top-ups that wait for a second operator; take a request, an approval or a rejection."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            note = _request_top_up(request) if request.POST.get("do") == "ask" else _decide(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, note)
            return redirect("payments:desk_top_ups")
    member = get_member(request)
    context = {
        "waiting": [
            (row, Money(row.amount, row.asset), member.user_id not in (row.maker_id, row.user_id))
            for row in queries.list_pending_top_ups()
        ],
        "typed": {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in FIELDS},
        "can_work": member.has_role(console.Role.FINANCE),
        "problem": problem,
        "note": accounts.take_flash(request) if not problem else "",
    }
    return render(request, "payments/desks/counter_top_ups.html", context, status=status)


def _request_top_up(request: HttpRequest) -> str:
    member, now = get_member(request), clock.now()
    person = accounts.get_user_by_handle_or_phone(request.POST.get("person", "").strip())
    made = top_ups.request_top_up(
        user_id=person.pk,
        amount=money.parse(request.POST.get("amount", "")),
        reason=request.POST.get("reason", ""),
        maker_id=member.user_id,
        now=now,
    )
    _record(request, "top_up_requested", made)
    return _("Requested for {name}. Another operator has to approve it.").format(name=person.name)


def _decide(request: HttpRequest) -> str:
    member, now = get_member(request), clock.now()
    row = _get_waiting(request.POST.get("top_up", ""))
    if request.POST.get("do") != "approve":
        top_ups.reject_top_up(top_up=row.public_id, checker_id=member.user_id, now=now)
        _record(request, "top_up_rejected", row)
        return _("Rejected.")
    answer = top_ups.approve_top_up(top_up=row.public_id, checker_id=member.user_id, now=now)
    _record(request, "top_up_approved", row)
    if isinstance(answer, Refused):
        return _("It could not be posted: {reason}").format(reason=answer.error().body()["message"])
    return _("Approved. {amount} is in the wallet of {name}.").format(
        amount=Money(row.amount, row.asset), name=row.user.name
    )


def _get_waiting(text: str) -> TopUp:
    public_id: UUID | None = ids.parse_id(text)
    found = next((row for row in queries.list_pending_top_ups() if row.public_id == public_id), None)
    if found is None:
        raise TopUpNotFound
    return found


def _record(request: HttpRequest, action: str, row: TopUp) -> None:
    console.record(
        member=get_member(request),
        action=action,
        subject=f"user:{row.user.public_id}",
        detail=f"{Money(row.amount, row.asset)}, {row.public_id}",
        now=clock.now(),
    )
