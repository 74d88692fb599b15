"""The opening hours of a shop as a form: one row for all days, or one row for each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.api import OpeningHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The row that applies to all days, and the checkbox that selects it.
EVERY_DAY = "every"
SAME_HOURS_FIELD = "hours_same"
TIME_CHARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRow:
    """
    A row of the form. ``day`` is a weekday or ``every``; ``field`` is the name of its first input; ``later`` lists
    further spans of that day, for display only.
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
        """The names of the rows' first inputs, in the order of the page."""
        return tuple(row.field for row in (self.every, *self.days))


def parse_form(posted: Mapping[str, str], stored: OpeningHours) -> OpeningHours:
    """
    Return the opening hours of the submitted form; a day without times is closed.

    The form has one span for each day. Further stored spans, which were set through the API, are kept unless the day is
    closed.
    """
    found: OpeningHours = {}
    for day in WEEKDAYS:
        first, last = _read_times(posted, EVERY_DAY if posted.get(SAME_HOURS_FIELD) else day)
        if first or last:
            found[day] = [[first, last], *stored.get(day, [])[1:]]
    return found


def fill_form(stored: OpeningHours, posted: Mapping[str, str] | None) -> HoursForm:
    """Return the form, filled with the stored hours, or with the submitted ones if given."""
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
    """Return the name of the input under which an error of this day is shown."""
    return f"{EVERY_DAY if is_same or day not in WEEKDAYS else day}_from"


def _read_times(posted: Mapping[str, str], row: str) -> tuple[str, str]:
    return posted.get(f"{row}_from", "")[:TIME_CHARS], posted.get(f"{row}_until", "")[:TIME_CHARS]
