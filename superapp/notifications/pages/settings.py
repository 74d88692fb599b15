"""The page with a person's choices about notifications."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec import UNSET, UnsetType

from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind
from superapp.notifications import queries
from superapp.notifications.actions import subscriptions
from superapp.notifications.actions.preferences import PreferenceChanges, change_preferences
from superapp.notifications.domain.quiet_hours import QuietHours, format_minute, parse_minute
from superapp.notifications.domain.visibility import PresenceVisibility
from superapp.notifications.errors import QuietHoursInvalid
from superapp.notifications.models import Preferences
from superapp.web import time_formats

DEFAULT_QUIET_HOURS = QuietHours(22 * 60, 6 * 60)
MORNING = time(7)
PAUSES = ("none", "hour", "eight_hours", "morning")


@accounts.named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Show a person's choices about notifications, and save those that are sent."""
    problem = ""
    if request.method == "POST":
        user = accounts.get_current_user(request)
        try:
            change_preferences(user_id=user.pk, changes=_read_changes(request, user.time_zone), now=clock.now())
        except DomainError as refusal:
            problem = str(refusal.body()["message"])
        else:
            accounts.flash_next(request, _("Saved."))
            return redirect("notifications:settings")
    context = _context(request, problem)
    return render(request, "notifications/settings.html", context, status=ErrorKind.INVALID if problem else 200)


def _read_changes(request: HttpRequest, time_zone: str) -> PreferenceChanges:
    """Read the form of one group; a checkbox that is off sends nothing, so the group names itself."""
    form = request.POST
    group = form.get("group", "")
    hours: QuietHours | UnsetType | None = UNSET
    if group == "quiet":
        hours = _parse_quiet_hours(form.get("quiet", ""), form.get("since", ""), form.get("until", ""))
    return PreferenceChanges(
        has_banner=_read_switch(request, "banner"),
        has_sound=_read_switch(request, "sound"),
        has_vibration=_read_switch(request, "vibration"),
        has_sms=_read_switch(request, "sms", group="sms"),
        quiet_hours=hours,
        presence=_read_presence(request),
        paused_until=_read_pause(form.get("pause", ""), time_zone) if group == "pause" else UNSET,
    )


def _read_switch(request: HttpRequest, name: str, *, group: str = "ways") -> bool | UnsetType:
    """Read a switch of the sent group; one that is off sends nothing."""
    return request.POST.get(name) == "yes" if request.POST.get("group") == group else UNSET


def _read_presence(request: HttpRequest) -> PresenceVisibility | UnsetType:
    chosen = request.POST.get("presence", "")
    return PresenceVisibility(chosen) if chosen in PresenceVisibility.values else UNSET


def _parse_quiet_hours(quiet: str, since: str, until: str) -> QuietHours | None:
    if quiet != "yes":
        return None
    from_minute, until_minute = parse_minute(since), parse_minute(until)
    if from_minute is None or until_minute is None:
        raise QuietHoursInvalid
    return QuietHours(from_minute, until_minute)


def _read_pause(pause: str, time_zone: str) -> datetime | UnsetType | None:
    now = clock.now()
    if pause == "hour":
        return now + timedelta(hours=1)
    if pause == "eight_hours":
        return now + timedelta(hours=8)
    if pause == "morning":
        local = now.astimezone(ZoneInfo(time_zone))
        day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
        return datetime.combine(day, MORNING, tzinfo=local.tzinfo)
    return None if pause == "none" else UNSET


def _context(request: HttpRequest, problem: str) -> dict[str, object]:
    user = accounts.get_current_user(request)
    row = queries.fetch_preferences(user.pk)
    hours = row.quiet_hours or DEFAULT_QUIET_HOURS
    is_paused = row.paused_until is not None and row.paused_until > clock.now()
    return {
        "preferences": row,
        "problem": problem,
        "note": accounts.take_flash(request),
        "since": format_minute(hours.from_minute),
        "until": format_minute(hours.until_minute),
        "push": subscriptions.describe_push(accounts.get_device_id(request)),
        "presence_choices": _presence_choices(row),
        "sms_minutes": settings.ORDER_SMS_AFTER_MINUTES,
        "is_quiet": row.quiet_hours is not None,
        "zone": time_formats.zone_label(user.time_zone),
        "is_paused": is_paused,
        "pauses": _pauses(is_paused),
    }


def _pauses(is_paused: bool) -> list[tuple[str, str]]:
    words = {
        "none": _("Resume") if is_paused else _("Off"),
        "hour": _("1 hour"),
        "eight_hours": _("8 hours"),
        "morning": _("Until 07:00"),
    }
    return [(name, words[name]) for name in PAUSES]


def _presence_choices(row: Preferences) -> list[tuple[str, str, bool]]:
    words = {
        PresenceVisibility.EVERYONE: _("Contacts, and people I trade with"),
        PresenceVisibility.CONTACTS: _("My contacts"),
        PresenceVisibility.NOBODY: _("Nobody"),
    }
    return [(value.value, word, row.presence == value) for value, word in words.items()]
