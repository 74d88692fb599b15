"""Moments formatted for people, in the active language and time zone. ``#lib`` formats them in the same way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

# The common names of Indonesia's time zones.
ZONE_LABELS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
LOCALES = {"id": "id-ID", "en": "en-GB"}


def locale() -> str:
    """Return the locale with which a browser's ``Intl`` formats as we do."""
    return LOCALES[language()]


def language() -> str:
    """Return the active language, one of the supported ones."""
    active = (get_language() or "id").partition("-")[0]
    return active if active in LOCALES else "id"


def zone_label(zone: str) -> str:
    """Return WIB, WITA or WIT; for other zones the name of the place."""
    return ZONE_LABELS.get(zone) or zone.rpartition("/")[2].replace("_", " ")


def format_hour(moment: datetime) -> str:
    """Format a time as ``12.03``, or ``12:03`` in English."""
    return formats.date_format(timezone.localtime(moment), "H:i" if language() == "en" else "H.i")


def format_day(moment: datetime, *, now: datetime) -> str:
    """Format a day: today, yesterday, the weekday within a week, else the date."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days_ago = (today.date() - local.date()).days
    if days_ago == 0:
        return _("Today")
    if days_ago == 1:
        return _("Yesterday")
    if 1 < days_ago < 7:
        return formats.date_format(local, "l")
    return formats.date_format(local, "j F Y")


def format_day_within(moment: datetime, *, now: datetime) -> str:
    """Format a day as ``format_day`` does, for the middle of a sentence."""
    days_ago = (timezone.localtime(now).date() - timezone.localtime(moment).date()).days
    within = {0: pgettext("within a sentence", "today"), 1: pgettext("within a sentence", "yesterday")}
    return within.get(days_ago) or format_day(moment, now=now)


def format_date(moment: datetime, *, now: datetime) -> str:
    """Format a date for a sentence: with its year if that is not the current one."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    return formats.date_format(local, "j F" if local.year == today.year else "j F Y")


def format_brief(moment: datetime, *, now: datetime) -> str:
    """
    Format a moment for a list row: the time today, yesterday, the weekday within a week, else the date in figures.
    """
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days_ago = (today.date() - local.date()).days
    if days_ago == 0:
        return format_hour(moment)
    if days_ago == 1:
        return _("Yesterday")
    if 1 < days_ago < 7:
        return formats.date_format(local, "l")
    return formats.date_format(local, "j/n/y")


def format_beside(moment: datetime, other: datetime) -> str:
    """Format the time of a moment shown beside another one; with its date, and year, where they differ."""
    local, at = timezone.localtime(moment), timezone.localtime(other)
    if local.date() == at.date():
        return format_hour(moment)
    date = formats.date_format(local, "j F" if local.year == at.year else "j F Y")
    return f"{date}, {format_hour(moment)}"


def truncate_to_minute(moment: datetime) -> datetime:
    """Truncate a moment to the minute; all time zones differ by whole minutes."""
    return moment.replace(second=0, microsecond=0)


def format_ago(moment: datetime, *, now: datetime) -> str:
    """Format how long ago a person was online."""
    if now - moment < timedelta(minutes=5):
        return _("just now")
    return _("{day}, {hour}").format(day=format_day(moment, now=now), hour=format_hour(moment))
