"""The CSV of a statement: what it says, and which cell is wrong where it cannot be read."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from payments.domain.statement_csv import BANK_TIME_ZONE, COLUMNS, read_statement
from payments.errors import StatementInvalid

DAY = date(2027, 3, 1)
GOOD = ["2027-03-01", "09:30:15", "R1", "P1", "Setoran, tunai", "0.00", "12500.50", "112500.50"]


def read(*lines, heading=COLUMNS):
    return list(read_statement([",".join(heading) + "\n", *(line + "\n" for line in lines)], day=DAY))


def changed(column, text):
    return ",".join(f'"{text if name == column else cell}"' for name, cell in zip(COLUMNS, GOOD, strict=True))


def test_line_is_read_to_the_sen():
    [row] = read(changed("", ""))

    assert (row.number, row.reference, row.partner_reference) == (1, "R1", "P1")
    assert (row.amount, row.balance_after, row.description) == (12_500_50, 112_500_50, "Setoran, tunai")
    assert row.at == datetime(2027, 3, 1, 9, 30, 15, tzinfo=BANK_TIME_ZONE)


def test_money_that_left_is_negative():
    [row] = read("2027-03-01,09:30:15,R1,,Kirim,2500.00,0.00,-10.05")

    assert (row.amount, row.balance_after) == (-2_500_00, -10_05)


def test_columns_may_stand_in_another_order():
    heading = [*COLUMNS[::-1]]

    [row] = read(",".join(f'"{cell}"' for cell in GOOD[::-1]), heading=heading)

    assert (row.reference, row.amount) == ("R1", 12_500_50)


def test_statement_without_lines_is_one():
    assert read() == []


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("date", "01/03/2027", "not_a_date"),
        ("date", "2027-03-02", "another_day"),
        ("time", "half nine", "not_a_time"),
        ("reference", "", "empty"),
        ("reference", "R" * 65, "too_long"),
        ("reference", "R\x00", "not_text"),
        ("partner_reference", "P" * 65, "too_long"),
        ("description", "\x07", "not_text"),
        ("debit", "1", "not_an_amount"),
        ("debit", "١.00", "not_an_amount"),
        ("debit", "1.00", "not_one_of_debit_and_credit"),
        ("credit", "-12500.50", "not_one_of_debit_and_credit"),
        ("credit", "0.00", "not_one_of_debit_and_credit"),
        ("credit", "1e3", "not_an_amount"),
        ("balance", "", "not_an_amount"),
        ("balance", "9" * 15 + ".00", "not_an_amount"),
    ],
)
def test_wrong_cell_is_named_by_line_and_column(column, text, problem):
    with pytest.raises(StatementInvalid) as refusal:
        read(changed("", ""), changed(column, text))

    expected = "debit" if problem == "not_one_of_debit_and_credit" else column
    assert refusal.value.params == {"line": 3, "column": expected, "problem": problem}


def test_missing_column_is_named():
    with pytest.raises(StatementInvalid) as refusal:
        read(heading=COLUMNS[:-1])

    assert refusal.value.params == {"line": 1, "column": "balance", "problem": "column_missing"}


def test_column_that_stands_there_twice_is_named():
    with pytest.raises(StatementInvalid) as refusal:
        read(heading=(*COLUMNS, "debit"))

    assert refusal.value.params == {"line": 1, "column": "debit", "problem": "column_missing"}


def test_short_line_is_named():
    with pytest.raises(StatementInvalid) as refusal:
        read("2027-03-01,09:30:15,R1")

    assert refusal.value.params == {"line": 2, "column": "debit", "problem": "cell_missing"}


def test_open_quote_is_no_csv():
    with pytest.raises(StatementInvalid) as refusal:
        read('"2027-03-01,09:30:15')

    assert refusal.value.params["problem"] == "not_csv"
