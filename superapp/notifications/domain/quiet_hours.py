"""Quiet hours: a daily span in the person's time zone, and a pause until a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily span in minutes since midnight; one that ends before it begins lasts past midnight."""

    from_minute: int
    until_minute: int

    def contains(self, minute: int) -> bool:
        if self.from_minute < self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


def find_quiet_end(
    hours: QuietHours | None, *, paused_until: datetime | None, time_zone: str, now: datetime
) -> datetime | None:
    """Return the end of the quiet time in which ``now`` lies, or None if now is not quiet."""
    ends = [paused_until] if paused_until is not None and paused_until > now else []
    local = now.astimezone(ZoneInfo(time_zone))
    if hours is not None and hours.contains(local.hour * 60 + local.minute):
        ends.append(_next_local_time(local, hours.until_minute))
    return max(ends, default=None)


def parse_minute(text: str) -> int | None:
    """Return the minutes since midnight of a time like 22:00, or None if the text is none."""
    found = _TIME.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def format_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _next_local_time(local: datetime, minute: int) -> datetime:
    """Return the next moment after ``local`` at which clocks there show this minute of the day."""
    clock_time = time(minute // 60, minute % 60)
    today = datetime.combine(local.date(), clock_time, tzinfo=local.tzinfo)
    if today > local:
        return today
    return datetime.combine(local.date() + timedelta(days=1), clock_time, tzinfo=local.tzinfo)
