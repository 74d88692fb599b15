"""The time: aware, in UTC, and written in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from superapp.core import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_time_on_the_wire_is_utc_with_milliseconds():
    in_jakarta = datetime(2027, 3, 1, 9, 3, 4, 567_891, tzinfo=timezone(timedelta(hours=7)))

    assert clock.to_wire(in_jakarta) == "2027-03-01T02:03:04.567Z"
    assert clock.to_wire(datetime(2027, 3, 1, tzinfo=UTC)) == "2027-03-01T00:00:00.000Z"
