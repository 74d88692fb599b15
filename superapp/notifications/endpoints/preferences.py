"""Commands for a person's choices about notifications, and their rows of the user topic."""

from __future__ import annotations

from datetime import UTC, datetime

from superapp.core import clock
from superapp.core.errors import InputInvalid
from superapp.notifications import queries
from superapp.notifications.actions import preferences
from superapp.notifications.actions.preferences import PreferenceChanges
from superapp.notifications.contracts import PreferencesRow
from superapp.notifications.domain.quiet_hours import QuietHours, parse_minute
from superapp.notifications.domain.visibility import PresenceVisibility
from superapp.notifications.endpoints.schemas import ChangePreferencesRequest, EmptyRequest, QuietHoursField
from superapp.realtime import registry
from superapp.realtime.registry import Caller, register_command

registry.register_user_topic_rows(queries.list_preferences_rows)


@register_command(
    "notifications.preferences", EmptyRequest, rest="GET notifications/preferences", response=PreferencesRow
)
def own_preferences(caller: Caller, _request: EmptyRequest) -> PreferencesRow:
    """Return the caller's choices about notifications."""
    return queries.serialize_preferences(queries.fetch_preferences(caller.user_id))


@register_command(
    "notifications.preferences_change",
    ChangePreferencesRequest,
    rest="PATCH notifications/preferences",
    response=PreferencesRow,
    in_order=True,
)
def change_preferences(caller: Caller, request: ChangePreferencesRequest) -> PreferencesRow:
    """Change the caller's choices about notifications: only the given fields."""
    hours, until, presence = request.quiet_hours, request.paused_until, request.presence
    changes = PreferenceChanges(
        has_sound=request.sound,
        has_vibration=request.vibration,
        has_banner=request.banner,
        has_sms=request.sms,
        quiet_hours=_minutes(hours) if isinstance(hours, QuietHoursField) else hours,
        paused_until=_utc(until) if isinstance(until, datetime) else until,
        presence=PresenceVisibility(presence) if isinstance(presence, str) else presence,
    )
    return preferences.change_preferences(user_id=caller.user_id, changes=changes, now=clock.now())


def _minutes(hours: QuietHoursField) -> QuietHours:
    since, until = parse_minute(hours.since), parse_minute(hours.until)
    if since is None or until is None:
        raise InputInvalid(detail="quiet_hours")
    return QuietHours(since, until)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # The first or last day of the calendar, shifted by a time zone.
        raise InputInvalid(detail="a moment before or after the calendar") from None
