"""The opening hours of a shop as a form: one row for all days, or one for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.api import OpeningHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The row that speaks for all days, and the box that says so.
EVERY_DAY = "every"
SAME_HOURS_FIELD = "hours_same"
TIME_CHARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRow:
    """
    One row of the form. ``day`` is a weekday or ``every``; ``field`` is the name of its first input; ``later`` are
    further spans of that day, in words.
    """

    day: str
    first: str
    last: str
    later: str = ""

    @property
    def label(self) -> str:
        """The id of the element that names the day."""
        return f"day-{self.day}"

    @property
    def field(self) -> str:
        return f"{self.day}_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursForm:
    is_same: bool
    every: HoursRow
    days: tuple[HoursRow, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the first inputs, in the order of the page."""
        return tuple(row.field for row in (self.every, *self.days))


def parse_form(posted: Mapping[str, str], stored: OpeningHours) -> OpeningHours:
    """
    Return the hours that the form says; a day without times is closed.

    The form has one span of a day. Further spans that were said elsewhere stay, as long as the day has any.
    """
    found: OpeningHours = {}
    for day in WEEKDAYS:
        first, last = _read_times(posted, EVERY_DAY if posted.get(SAME_HOURS_FIELD) else day)
        if first or last:
            found[day] = [[first, last], *stored.get(day, [])[1:]]
    return found


def fill_form(stored: OpeningHours, posted: Mapping[str, str] | None) -> HoursForm:
    """Return the form as it is filled in: with what is stored, or with what was just sent."""
    spans = [stored.get(day, []) for day in WEEKDAYS]
    is_same = all(one == spans[0] for one in spans)
    firsts = [tuple(one[0]) if one else ("", "") for one in spans]
    every = firsts[0] if is_same else ("", "")
    if posted is not None:
        is_same = bool(posted.get(SAME_HOURS_FIELD))
        firsts = [_read_times(posted, day) for day in WEEKDAYS]
        every = _read_times(posted, EVERY_DAY)
    days = tuple(
        HoursRow(day=day, first=first, last=last, later=", ".join(f"{begin}–{end}" for begin, end in one[1:]))
        for day, (first, last), one in zip(WEEKDAYS, firsts, spans, strict=True)
    )
    return HoursForm(is_same=is_same, every=HoursRow(day=EVERY_DAY, first=every[0], last=every[1]), days=days)


def field_of(day: str, *, is_same: bool) -> str:
    """Return the input under which is said what is wrong with a day."""
    return f"{EVERY_DAY if is_same or day not in WEEKDAYS else day}_from"


def _read_times(posted: Mapping[str, str], row: str) -> tuple[str, str]:
    return posted.get(f"{row}_from", "")[:TIME_CHARS], posted.get(f"{row}_until", "")[:TIME_CHARS]
