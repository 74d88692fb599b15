"""The desk of suspense: money that came in and could not be placed, by age, until two members clear it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from payments.adapters import charts
from payments.domain.break_words import REASON_WORDS, WAY_WORDS
from payments.errors import SuspendedNotFound
from payments.maintenance.bank_proposals import SUSPENSE
from payments.pages.desks.reconciliation import age_words
from payments.queries.suspense import AgeBand, Suspended, get_suspended, list_age_bands, list_suspended
from superapp.accounts import api as accounts
from superapp.console import api as console
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.text_cleaning import clean_line

DESK = "payments.suspense"
# What the reference of a correction begins with; the number of the difference follows.
CORRECTION = "payments.break"
WRITTEN = ("way", "person", "bank_reference", "reason")
WRITTEN_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedView:
    """A payment in suspense, in words and with its age; ``difference`` is the corrected one that put it there."""

    row: Suspended
    reason: str | Promise
    age: str
    difference: int | None


@desk_page(DESK)
@require_safe
def suspense(request: HttpRequest) -> HttpResponse:
    """Show what is in suspense, oldest first, and sums by age."""
    now = clock.now()
    context = {
        "bands": [(_band_word(band), band) for band in list_age_bands(now)],
        "payments": [_present(row, now) for row in list_suspended()],
        "note": accounts.take_flash(request),
    }
    return render(request, "payments/desks/suspense.html", context)


@desk_page(DESK)
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """Draw the sums by age as an SVG file without scripts or anything from elsewhere."""
    drawn = draw_chart(list_age_bands(clock.now()), is_narrow="sempit" in request.GET)
    return HttpResponse(drawn, content_type="image/svg+xml")


@desk_page(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def suspended_payment(request: HttpRequest, suspended: UUID) -> HttpResponse:
    """Show a payment in suspense; take a proposal of where it belongs."""
    problem, status, now = "", 200, clock.now()
    try:
        row = get_suspended(suspended)
    except SuspendedNotFound:
        raise Http404 from None
    if request.method == "POST":
        try:
            _propose(request, row, now)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Somebody else has to approve it."))
            return redirect("payments:desk_suspense")
    context = {
        "one": _present(row, now),
        "ways": [(name, word) for name, word in WAY_WORDS.items() if name != "cash"],
        "typed": {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in WRITTEN},
        "can_work": get_member(request).has_role(console.Role.FINANCE),
        "problem": problem,
    }
    return render(request, "payments/desks/suspended_payment.html", context, status=status)


def draw_chart(bands: list[AgeBand], *, is_narrow: bool = False) -> bytes:
    """Draw a bar for each age."""
    bars = [(_band_word(band), band.amount) for band in bands]
    return charts.draw_bars(bars, empty=_("Nothing is in suspense"), is_narrow=is_narrow)


def _band_word(band: AgeBand) -> str:
    days = None if band.until is None else band.until.days
    return {1: _("Up to a day"), 7: _("Up to a week"), 30: _("Up to 30 days")}.get(days or 0, _("Longer"))


def _present(row: Suspended, now: datetime) -> SuspendedView:
    kind, _colon, number = row.reference.partition(":")
    return SuspendedView(
        row=row,
        reason=REASON_WORDS.get(row.reason, row.reason),
        age=age_words(now - row.since),
        difference=int(number) if kind == CORRECTION and number.isdecimal() else None,
    )


def _propose(request: HttpRequest, row: Suspended, now: datetime) -> None:
    way = request.POST.get("way", "")
    user_id = None
    if way == "wallet":
        user_id = accounts.get_user_by_handle_or_phone(request.POST.get("person", "").strip()).pk
    console.propose(
        kind=SUSPENSE,
        payload={
            "suspended": str(row.public_id),
            "way": way,
            "user": user_id,
            "bank_reference": clean_line(request.POST.get("bank_reference", ""))[:64] if way == "returned" else "",
        },
        reason=request.POST.get("reason", ""),
        maker=get_member(request),
        now=now,
    )
