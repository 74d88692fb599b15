"""Days on which settlements are due: at midnight, or at midnight before Monday, in the instance's time zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKLY = "weekly"


def last_due_day(now: datetime, rhythm: str, zone: ZoneInfo) -> date:
    """Return the last day that has begun and on which a settlement was due."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday()) if rhythm == WEEKLY else today


def next_due_at(now: datetime, rhythm: str, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``now`` at which a settlement is due."""
    days = 7 if rhythm == WEEKLY else 1
    return datetime.combine(last_due_day(now, rhythm, zone) + timedelta(days=days), time(), zone)
