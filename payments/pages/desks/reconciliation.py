"""The desk of reconciliation: days compared with the bank, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from payments.actions.bank_corrections import get_correction
from payments.actions.bank_statements import store_statement
from payments.actions.reconciliation import reconcile_day, take_break
from payments.domain.break_words import AGAINST_WORDS, HINT_WORDS, KIND_WORDS, STATE_WORDS, evidence_words
from payments.errors import BreakNotFound, NothingToCorrect, StatementInvalid
from payments.maintenance.bank_proposals import BREAK, EXPLAIN, describe_break
from payments.models import ReconciledDay, ReconciliationBreak
from payments.queries import reconciliation as rows
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.money import Money

DESK = "payments.reconciliation"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakView:
    """A break in words, with its age; ``merchant`` is the shop's name if it is a payout, otherwise empty."""

    row: ReconciliationBreak
    kind: str | Promise
    state: str | Promise
    age: str
    amount: Money
    note: str
    merchant: str

    @property
    def size(self) -> Money:
        return -self.amount if self.amount.amount_minor < 0 else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A compared day: the counts and sums of the sources, and how many of its differences are open."""

    row: ReconciledDay
    sources: list[tuple[str, int | None, Money | None]]
    open_count: int


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the compared days and the open breaks; take a statement."""
    problem, status, now = "", 200, clock.now()
    if request.method == "POST":
        try:
            note = _take_statement(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, note)
            return redirect("payments:desk_reconciliation")
    open_breaks = rows.list_open_breaks()
    per_day = rows.count_open_breaks_by_day()
    context = {
        "breaks": _present_breaks(open_breaks, now),
        "days": [_present_day(row, per_day.get(row.day, 0)) for row in rows.list_days()],
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
        "day": request.POST.get("day", "")[:10],
        "note": "" if problem else accounts.take_flash(request),
    }
    return render(request, "payments/desks/reconciliation.html", context, status=status)


@desk_page(DESK)
@require_http_methods(["GET", "HEAD"])
def reconciled_day(request: HttpRequest, day: str) -> HttpResponse:
    """Show a day with all of its breaks, the closed ones too."""
    now = clock.now()
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    row = rows.find_day(chosen)
    if row is None:
        raise Http404
    breaks = _present_breaks(rows.list_breaks_of(chosen), now)
    context = {
        "day": _present_day(row, sum(one.row.closed_at is None for one in breaks)),
        "breaks": breaks,
        "file": rows.find_statement(chosen),
    }
    return render(request, "payments/desks/reconciled_day.html", context)


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: HttpRequest, difference: int) -> HttpResponse:
    """Show a break; take its ownership, or a proposal of what to do about it."""
    problem, status, now = "", 200, clock.now()
    try:
        row = rows.get_break(difference)
    except BreakNotFound:
        raise Http404 from None
    if request.method == "POST":
        try:
            note = _act(request, row, now)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, note)
            return redirect("payments:desk_difference", difference=row.pk)
    [one] = _present_breaks([row], now)
    context = {
        "one": one,
        "facts": describe_break(row, one.merchant),
        "hint": "" if row.closed_at else HINT_WORDS[row.kind],
        "choices": _list_corrections(row),
        "can_work": get_member(request).has_role(console.Role.FINANCE) and row.closed_at is None,
        "is_mine": row.owner_id == get_member(request).user_id,
        "problem": problem,
        "reason": request.POST.get("reason", "")[:200],
        "note": "" if problem else accounts.take_flash(request),
    }
    return render(request, "payments/desks/difference.html", context, status=status)


def _present_breaks(breaks: Sequence[ReconciliationBreak], now: datetime) -> list[BreakView]:
    """Return breaks in words; the shops are fetched once for all."""
    merchants = rows.fetch_payout_merchants([row.reference for row in breaks])
    return [_present(row, merchants.get(row.reference, ""), now) for row in breaks]


def _present(row: ReconciliationBreak, merchant: str, now: datetime) -> BreakView:
    told = row.history_amount if row.statement_amount is None else row.statement_amount
    return BreakView(
        row=row,
        kind=KIND_WORDS[row.kind],
        state=STATE_WORDS[row.state],
        age=age_words((row.closed_at or now) - row.found_at),
        amount=Money((told or 0) - (row.ledger_amount or 0)),
        note=evidence_words(row.note),
        merchant=merchant,
    )


def age_words(age: object) -> str:
    """Return an age in whole hours or days."""
    hours = int(age.total_seconds() // 3_600)  # type: ignore[attr-defined]
    if hours < 1:
        return _("less than an hour")
    if hours < 24:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24)


def _present_day(row: ReconciledDay, open_count: int) -> DayView:
    told = (
        (_("Ledger"), row.ledger_count, row.ledger_sum),
        (_("Bank's history"), row.history_count, row.history_sum),
        (pgettext("of the bank", "Statement"), row.statement_count, row.statement_sum),
    )
    return DayView(
        row=row,
        sources=[(word, count, None if amount is None else Money(amount)) for word, count, amount in told],
        open_count=open_count,
    )


def _list_corrections(row: ReconciliationBreak) -> list[tuple[str, str | Promise]]:
    """Return what a journal may do about a break, in words; nothing where none helps."""
    try:
        difference = get_correction(row)
    except NothingToCorrect:
        return []
    return [(name, word) for name, word in AGAINST_WORDS.items() if name != "suspense" or difference.amount_minor > 0]


def _take_statement(request: HttpRequest) -> str:
    member, now = get_member(request), clock.now()
    day = _read_day(request.POST.get("day", ""))
    upload = request.FILES.get("statement")
    if upload is None or upload.file is None:
        raise StatementInvalid(line=1, column="", problem="empty")
    file = store_statement(cast("BinaryIO", upload.file), day=day, uploaded_by_id=member.user_id, now=now)
    console.record(
        member=member,
        action="statement_uploaded",
        subject=f"statement:{day.isoformat()}",
        detail=file.sha256,
        now=now,
    )
    reconcile_day(day, now=now)
    return ngettext(
        "Stored and compared: {count} line of {day}.", "Stored and compared: {count} lines of {day}.", file.lines_count
    ).format(count=file.lines_count, day=day.isoformat())


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StatementInvalid(line=1, column="date", problem="not_a_date") from None


def _act(request: HttpRequest, row: ReconciliationBreak, now: datetime) -> str:
    """Do what the pressed button says, and return a note about it."""
    member, do = get_member(request), request.POST.get("do", "")
    if do in ("take", "leave"):
        take_break(row.pk, owner_id=member.user_id if do == "take" else None)
        console.record(member=member, action=f"break_{do}", subject=f"break:{row.pk}", now=now)
        return _("Yours now.") if do == "take" else _("Nobody's now.")
    chosen = EXPLAIN if do == EXPLAIN else request.POST.get("against", "")
    console.propose(
        kind=BREAK,
        payload={"break": row.pk, "do": chosen},
        reason=request.POST.get("reason", ""),
        maker=member,
        now=now,
    )
    return _("Proposed. Somebody else has to approve it.")
