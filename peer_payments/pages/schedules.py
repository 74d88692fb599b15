"""Pages of scheduled transfers: the list, a new one, and one with its dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import PinLocked, PinMissing, PinWrong
from peer_payments import api, errors
from peer_payments.domain.dates import local_date
from peer_payments.domain.rules import NOTE_CHARS_MAX
from peer_payments.models import Schedule
from peer_payments.pages import pin_problems
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost

AMOUNT_CHARS_MAX = 40
FIELDS: dict[type[DomainError], str] = {
    errors.NoteTooLong: "note",
    AmountNotWhole: "amount",
    errors.AmountTooLarge: "amount",
    errors.DateInvalid: "first_on",
    errors.TooManySchedules: "amount",
    PinWrong: "pin",
    PinLocked: "pin",
    PinMissing: "pin",
}


@named_person_required
@never_cache
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """Show the person's scheduled transfers, and the contacts to whom one can be made."""
    user = get_current_user(request)
    listed = [(one, accounts.serialize_person(one.receiver)) for one in api.list_schedules(user.pk)]
    context = {
        "schedules": [one for one in listed if one[0].state in (Schedule.State.ACTIVE, Schedule.State.PAUSED)],
        "ended": [one for one in listed if one[0].state in (Schedule.State.DONE, Schedule.State.STOPPED)],
        "contacts": accounts.list_contacts(user.pk),
    }
    return render(request, "peer_payments/schedules.html", context)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def new_schedule(request: HttpRequest, user: UUID) -> HttpResponse:
    """Show the form of a transfer that is made later; POST schedules it by PIN, once for each form."""
    me, now = get_current_user(request), clock.now()
    to = payments.get_recipient(me.pk, who=user)
    if not to.is_contact:
        raise errors.NotContacts
    form = request.POST
    problems: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            made = api.schedule_transfer(
                sender_id=me.pk,
                receiver=user,
                amount=money.parse(form.get("amount", "")[:AMOUNT_CHARS_MAX]),
                note=form.get("note", ""),
                repeat=form.get("repeat", ""),
                first_on=_parse_date(form.get("first_on", "")),
                time_zone=me.time_zone,
                device_id=accounts.get_device_id(request),
                pin="".join(form.get("pin", "")[:40].split()),
                idempotency_key=form.get("key", ""),
                now=now,
            )
            return redirect("peer_payments:schedule", schedule=made.public_id)
        except AmountInvalid:
            problems, status = {"amount": _("Enter an amount, such as 50.000.")}, ErrorKind.INVALID
        except tuple(FIELDS) as refusal:
            available = payments.get_wallet(me.pk, now=now).available
            problems, status = {FIELDS[type(refusal)]: pin_problems.describe(refusal, available)}, refusal.kind
    tomorrow = local_date(now, me.time_zone) + timedelta(days=1)
    context = {
        "to": to,
        "amount": form.get("amount", "")[:AMOUNT_CHARS_MAX],
        "transfer_note": form.get("note", "")[: NOTE_CHARS_MAX * 4],
        "note_chars_max": NOTE_CHARS_MAX,
        "first_on": form.get("first_on", "")[:10] or tomorrow.isoformat(),
        "tomorrow": tomorrow.isoformat(),
        "repeat": form.get("repeat", "once"),
        "pin": payments.get_pin_state(me.pk, device_id=accounts.get_device_id(request), now=now),
        "key": form.get("key") or str(ids.new_id()),
        "problems": problems,
    }
    return render(request, "peer_payments/schedule_new.html", context, status=status)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_schedule(request: HttpRequest, schedule: UUID) -> HttpResponse:
    """Show a scheduled transfer and what was made of it; POST pauses, resumes or stops it, by its button."""
    me, now = get_current_user(request), clock.now()
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            _do(request.POST.get("do", ""), me.pk, schedule, now)
            return redirect("peer_payments:schedule", schedule=schedule)
        except errors.ScheduleEnded as refusal:
            problem = refusal
    found = api.get_schedule(me.pk, schedule)
    context = {
        "schedule": found,
        "to": accounts.serialize_person(found.receiver),
        "occurrences": api.list_occurrences(found),
        "problem": problem and problem.body()["message"],
    }
    return render(request, "peer_payments/schedule.html", context, status=problem.kind if problem else 200)


def _do(pressed: str, user_id: int, schedule: UUID, now: datetime) -> None:
    if pressed == "pause":
        api.pause_schedule(sender_id=user_id, schedule=schedule)
    elif pressed == "resume":
        api.resume_schedule(sender_id=user_id, schedule=schedule, now=now)
    elif pressed == "stop":
        api.stop_schedule(sender_id=user_id, schedule=schedule, now=now)


def _parse_date(written: str) -> date:
    """Return a date as browsers send it. Raises DateInvalid."""
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise errors.DateInvalid from None
