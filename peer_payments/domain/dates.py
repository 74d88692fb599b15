"""Dates of repeated transfers, in the time zone of the person who pays."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Repeat = Literal["once", "weekly", "monthly"]
REPEATS = ("once", "weekly", "monthly")
# The hour of the day at which a transfer is due.
DUE_AT = time(8)


def next_date(first: date, repeat: str, *, after: date) -> date | None:
    """
    Return the first date of a series after a day, or None if there is none.

    A monthly series that begins on the 31st falls on the last day of shorter months.
    """
    if first > after:
        return first
    if repeat == "weekly":
        return first + timedelta(days=((after - first).days // 7 + 1) * 7)
    if repeat == "monthly":
        months = (after.year - first.year) * 12 + after.month - first.month
        found = _add_months(first, months)
        return found if found > after else _add_months(first, months + 1)
    return None


def due_at(day: date, zone: str) -> datetime:
    """Return the moment at which a transfer of a day is due."""
    return datetime.combine(day, DUE_AT, ZoneInfo(zone))


def local_date(moment: datetime, zone: str) -> date:
    """Return the date of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _add_months(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
