"""Changing a person's choices about notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import UNSET, UnsetType

from superapp.notifications import queries
from superapp.notifications.contracts import PreferencesRow
from superapp.notifications.domain.quiet_hours import QuietHours, find_quiet_end
from superapp.notifications.domain.visibility import PresenceVisibility
from superapp.notifications.errors import PauseInvalid, QuietHoursInvalid
from superapp.notifications.models import LastActive, Preferences
from superapp.realtime import user_topic

PAUSE_MAX = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreferenceChanges:
    """Requested changes; UNSET leaves a field as it is, None ends quiet hours or the pause."""

    has_sound: bool | UnsetType = UNSET
    has_vibration: bool | UnsetType = UNSET
    has_banner: bool | UnsetType = UNSET
    has_sms: bool | UnsetType = UNSET
    quiet_hours: QuietHours | UnsetType | None = UNSET
    paused_until: datetime | UnsetType | None = UNSET
    presence: PresenceVisibility | UnsetType = UNSET


def change_preferences(*, user_id: int, changes: PreferenceChanges, now: datetime) -> PreferencesRow:
    """
    Change a person's preferences. What already has the value is not changed and not announced.

    :raises QuietHoursInvalid: if the quiet hours have no length
    :raises PauseInvalid: if the pause ends after more than a year
    """
    wanted = _clean_changes(changes, now)
    with transaction.atomic():
        row = queries.lock_preferences(user_id)
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        if not changed:
            return queries.serialize_preferences(row)
        for name in changed:
            setattr(row, name, wanted[name])
        if row.presence == PresenceVisibility.NOBODY:
            # What nobody may see is not kept either.
            LastActive.objects.filter(user_id=user_id).delete()
        row.rev = user_topic.next_rev(user_id)
        row.save(update_fields=[*changed, "rev"])
        sent = queries.serialize_preferences(row)
        user_topic.send_change(user_id, "notifications.changed", dict(sent))
        return sent


def find_quiet_until(row: Preferences, *, time_zone: str, now: datetime) -> datetime | None:
    """Return until when notifications are quiet for this person, or None if they are not quiet now."""
    return find_quiet_end(row.quiet_hours, paused_until=row.paused_until, time_zone=time_zone, now=now)


def _clean_changes(changes: PreferenceChanges, now: datetime) -> dict[str, object]:
    """
    Validate changes and return the new values by column. A pause that is over counts as none.

    :raises QuietHoursInvalid: if quiet hours begin when they end
    :raises PauseInvalid: if the pause is too long
    """
    plain = ("has_sound", "has_vibration", "has_banner", "has_sms", "presence")
    wanted: dict[str, object] = {name: value for name in plain if (value := getattr(changes, name)) is not UNSET}
    hours = changes.quiet_hours
    if hours is None:
        wanted |= {"quiet_from": None, "quiet_until": None}
    elif isinstance(hours, QuietHours):
        if hours.from_minute == hours.until_minute:
            raise QuietHoursInvalid
        wanted |= {"quiet_from": hours.from_minute, "quiet_until": hours.until_minute}
    until = changes.paused_until
    if isinstance(until, datetime) and until > now + PAUSE_MAX:
        raise PauseInvalid
    if until is not UNSET:
        # A moment that has passed is no pause.
        wanted["paused_until"] = until if isinstance(until, datetime) and until > now else None
    return wanted
