"""Check digits of account numbers, and days of settlements, computed without a database."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from payments.domain import merchant_numbers, settlement_days, virtual_account_numbers

ZONE = ZoneInfo("Asia/Jakarta")
# The published example of the Luhn test, a well-known test number, and the ends of a range.
LUHN = ["79927398713", "4111111111111111", "0000000000000", "9999999999992"]


@pytest.mark.parametrize("number", LUHN)
def test_check_digit_is_that_of_luhn(number):
    assert virtual_account_numbers.with_check_digit(number[:-1]) == number
    assert merchant_numbers.make_pan(number[:-11] or "", int(number[-11:-1]))[-1] == number[-1]


def test_mistyped_digit_and_swapped_ones_change_the_check_digit():
    number = virtual_account_numbers.with_check_digit("880012345678")
    wrong = ["980012345678", "880012345679", "880021345678", "880012354678"]

    assert all(virtual_account_numbers.with_check_digit(digits)[-1] != number[-1] for digits in wrong)


def test_numbers_have_their_lengths_whatever_is_drawn(monkeypatch):
    for drawn in (0, 10**12 - 1):
        monkeypatch.setattr("secrets.randbelow", lambda _bound, drawn=drawn: drawn)
        assert len(virtual_account_numbers.draw_number("   88008")) == 18
    assert virtual_account_numbers.group_digits("880081234567") == "8800 8123 4567"
    assert merchant_numbers.merchant_id(merchant_numbers.make_pan("93600999", 7)) == "0000000007"
    assert merchant_numbers.make_nmid(7) == "ID9990000000007"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Kopi Süß™ №1", "Kopi Su TM No1"),
        ("مقهى", ""),
        (" a \u202e b ", "a b"),
        ("x" * 30, "x" * 25),
        ("a" * 24 + " b", "a" * 24),
    ],
    ids=["accents", "Arabic", "direction", "long", "cut at a blank"],
)
def test_names_are_folded_to_letters_that_every_reader_knows(written, folded):
    assert merchant_numbers.fold_text(written, 25) == folded


@pytest.mark.parametrize(
    ("now", "rhythm", "last", "following"),
    [
        ("2027-03-01 00:00:00", "daily", "2027-03-01", "2027-03-02"),
        ("2027-02-28 23:59:59", "daily", "2027-02-28", "2027-03-01"),
        ("2027-03-01 00:00:00", "weekly", "2027-03-01", "2027-03-08"),
        ("2027-02-28 23:59:59", "weekly", "2027-02-22", "2027-03-01"),
        ("2027-03-04 12:00:00", "weekly", "2027-03-01", "2027-03-08"),
    ],
)
def test_settlement_is_due_at_midnight_or_before_monday(now, rhythm, last, following):
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)

    assert settlement_days.last_due_day(moment, rhythm, ZONE) == date.fromisoformat(last)
    assert settlement_days.next_due_at(moment, rhythm, ZONE) == datetime.fromisoformat(following).replace(tzinfo=ZONE)
    # Computed by day of the instance, wherever the moment is told.
    assert settlement_days.last_due_day(moment.astimezone(ZoneInfo("UTC")), rhythm, ZONE) == date.fromisoformat(last)
