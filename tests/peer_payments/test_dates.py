"""Dates of repeated transfers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from peer_payments.domain.dates import due_at, local_date, next_date


@pytest.mark.parametrize(
    ("repeat", "first", "after", "expected"),
    [
        pytest.param("once", "2027-03-05", "2027-03-04", "2027-03-05", id="once, ahead"),
        pytest.param("once", "2027-03-05", "2027-03-05", None, id="once, over"),
        pytest.param("weekly", "2027-03-05", "2027-03-05", "2027-03-12", id="a week later"),
        pytest.param("weekly", "2027-03-05", "2027-03-30", "2027-04-02", id="weeks missed"),
        pytest.param("monthly", "2027-01-31", "2027-01-31", "2027-02-28", id="31st in February"),
        pytest.param("monthly", "2027-01-31", "2027-02-28", "2027-03-31", id="31st again in March"),
        pytest.param("monthly", "2028-01-30", "2028-02-01", "2028-02-29", id="leap year"),
        pytest.param("monthly", "2027-12-15", "2027-12-15", "2028-01-15", id="over the year"),
        pytest.param("monthly", "2027-01-15", "2027-04-15", "2027-05-15", id="months missed"),
    ],
)
def test_next_date_of_a_series(repeat, first, after, expected):
    found = next_date(date.fromisoformat(first), repeat, after=date.fromisoformat(after))

    assert (found and found.isoformat()) == expected


@pytest.mark.parametrize("first", [date(2027, 1, 29), date(2027, 1, 31), date(2027, 12, 15)], ids=str)
def test_series_has_each_of_its_dates_once_however_long_it_is(first):
    days = [first + timedelta(days=number) for number in range(800)]
    weeks = [first + timedelta(weeks=number) for number in range(120)]
    months = [day for day in days if day.day == first.day or (day.day < first.day and _is_last_of_month(day))]

    for after in days[:760]:
        assert next_date(first, "weekly", after=after) == next(day for day in weeks if day > after)
        assert next_date(first, "monthly", after=after) == next(day for day in months if day > after)


def _is_last_of_month(day):
    return (day + timedelta(days=1)).day == 1


def test_transfer_is_due_at_eight_in_the_morning_of_the_sender():
    assert due_at(date(2027, 3, 5), "Asia/Jayapura") == datetime(2027, 3, 4, 23, 0, tzinfo=UTC)
    assert local_date(datetime(2027, 3, 4, 15, 30, tzinfo=UTC), "Asia/Jayapura") == date(2027, 3, 5)
