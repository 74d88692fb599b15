"""The page that asks until when a conversation is muted, and how that is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.actions.preferences import update_preferences
from chat.contracts import SummaryRow
from chat.domain import muting
from chat.errors import MuteTimeInvalid, MuteTimePassed, MuteTimeTooFar
from chat.pages import identities
from chat.pages.page_context import MUTE_CHOICES, render_beside_list
from chat.pages.preference_switches import is_muted
from chat.queries.summaries import fetch_summary
from superapp.accounts.api import User, get_current_user, named_person_required
from superapp.core import clock
from superapp.core.errors import ErrorKind
from superapp.core.form_pages import errors_by_field, make_field_lookup
from superapp.web import time_formats

_REFUSALS = (MuteTimeInvalid, MuteTimePassed, MuteTimeTooFar)
_FIELD_OF_ERROR = make_field_lookup(dict.fromkeys(_REFUSALS, "mute_until"))
# What the field of one's own time shows at first.
_SUGGESTED = timedelta(days=1)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mute(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Ask until when a conversation is muted; on POST mute it."""
    user, now = get_current_user(request), clock.now()
    summary = fetch_summary(conversation, user.pk)
    problems: dict[str, object] = {}
    if request.method == "POST":
        try:
            until = _read_until(request, user, now)
            update_preferences(conversation_id=conversation, user_id=user.pk, muted_until=until)
            return redirect("chat:details", conversation=conversation)
        except _REFUSALS as refusal:
            problems = errors_by_field(refusal.all(), fields=("mute_until",), field_of=_FIELD_OF_ERROR)
    context = {
        "conversation_id": conversation,
        "name": identities.display_identity(summary, str(user.public_id))["name"],
        "choices": MUTE_CHOICES,
        "chosen": request.POST.get("mute", "8h"),
        "typed": request.POST.get("mute_until", f"{timezone.localtime(now + _SUGGESTED):%Y-%m-%dT%H:00}")[:32],
        "zone": time_formats.zone_label(user.time_zone),
        "problems": problems,
    }
    return render_beside_list(
        request, "chat/mute.html", context, conversation_id=conversation, status=ErrorKind.INVALID if problems else 200
    )


def _read_until(request: HttpRequest, user: User, now: datetime) -> datetime:
    lasting = muting.CHOICES.get(request.POST.get("mute", ""))
    if lasting is not None:
        return now + lasting
    written = muting.parse_own_time(request.POST.get("mute_until", ""), user.time_zone)
    return muting.validate_muted_until(written, now=now)


def describe_mute(summary: SummaryRow, now: datetime, *, zone: str) -> str:
    """Return until when a conversation is muted, in words; empty if it is not. ``zone`` is a label, such as WIB."""
    until = datetime.fromisoformat(summary.mine.muted_until) if summary.mine.muted_until else None
    if until is None or not is_muted(summary, now):
        return ""
    if muting.is_always(until, now=now):
        return _("Always muted")
    return _("Muted until {time}").format(time=f"{_day(until, now)}, {time_formats.format_hour(until)} {zone}")


def _day(until: datetime, now: datetime) -> str:
    local, today = timezone.localtime(until), timezone.localtime(now)
    ahead = (local.date() - today.date()).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    return f"{formats.date_format(local, 'l')}, {time_formats.format_date(until, now=now)}"
