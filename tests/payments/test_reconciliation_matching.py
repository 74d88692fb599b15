"""A line without a counterpart of its reference is matched in other ways, and no difference is hidden by that."""

from __future__ import annotations

from datetime import timedelta

from payments.domain.reconciliation import BreakKind, Coverage
from tests.payments.test_reconciliation_rules import (
    DAY,
    HISTORY,
    LEDGER,
    STATEMENT,
    compare,
    findings_of,
    kinds,
    qris_days,
    row,
)


def test_movements_that_cancel_out_under_one_reference_agree_with_a_silent_ledger():
    for source in (HISTORY, STATEMENT):
        assert compare(row(source), row(source, amount=-100)).findings == []


def test_history_that_differs_where_the_statement_is_silent_is_another_amount():
    assert kinds(compare(row(LEDGER), row(HISTORY, amount=90))) == [(BreakKind.AMOUNT_DIFFERS, "R1")]


def test_payment_that_the_bank_tells_with_another_amount_is_matched_with_no_other_line():
    told = [row(LEDGER, "A", account="88"), row(STATEMENT, "A", 90), row(STATEMENT, "Z", account="88")]

    assert kinds(compare(*told)) == [(BreakKind.AMOUNT_DIFFERS, "A"), (BreakKind.UNKNOWN_LINE, "Z")]


def test_line_of_one_payment_is_matched_with_no_other_payment():
    told = [row(LEDGER, "A"), row(STATEMENT, "A", 90, account="88"), row(LEDGER, "B", 90, account="88")]

    assert kinds(compare(*told)) == [(BreakKind.AMOUNT_DIFFERS, "A"), (BreakKind.MISSING_AT_BANK, "B")]


def test_history_is_no_line_where_the_statement_has_the_last_word():
    told = [row(LEDGER, "A", account="88"), row(HISTORY, "Z", account="88")]

    assert kinds(compare(*told)) == [(BreakKind.MISSING_AT_BANK, "A"), (BreakKind.MISSING_IN_LEDGER, "Z")]
    assert compare(*told, coverage=Coverage(history={DAY}, statement=set())).findings == []


def test_payment_that_was_taken_back_makes_no_sum_of_another_one():
    taken_back = [row(LEDGER, "Q2", amount, channel="qris") for amount in (40, -40)]
    told = [row(LEDGER, "Q1", channel="qris"), *taken_back, row(HISTORY, "Q2", 40), row(STATEMENT, "SETTLED")]

    assert [reference for _kind, reference in kinds(compare(*told))] == ["Q1", "Q2", "SETTLED"]


def test_one_movement_alone_does_not_cancel_itself_out():
    told = [*(row(STATEMENT, "A", amount, account="w1") for amount in (100, -100)), row(HISTORY, "A", account="w1")]

    assert kinds(compare(*told)) == [(BreakKind.DUPLICATE, "A")]


def test_first_of_two_equal_payments_is_matched():
    paid = [row(LEDGER, name, account="88") for name in "AB"]

    assert kinds(compare(*paid, row(STATEMENT, "Z", account="88"))) == [(BreakKind.MISSING_AT_BANK, "B")]


def test_earliest_line_is_matched_with_a_sum_first():
    days = [DAY + timedelta(days=number) for number in range(3)]
    lines = [row(STATEMENT, "S", day=days[1]), row(STATEMENT, "R", day=days[2])]

    assert findings_of(*qris_days(DAY), *lines, days=days) == ["R"]


def test_account_and_way_of_a_payment_stay_known_with_its_correction():
    line = row(STATEMENT, "Z", account="88")
    by_number = [row(LEDGER, "A", 60, account="88"), row(LEDGER, "A", 40)]
    by_code = [row(LEDGER, name, amount, channel=way) for name in "AB" for amount, way in ((60, "qris"), (-10, ""))]

    assert compare(*by_number, line).findings == []
    assert compare(*by_code, row(STATEMENT, "Z")).findings == []
