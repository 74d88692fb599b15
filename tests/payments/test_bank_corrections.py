"""Breaks are closed by two operators, once: by a journal, or with an explanation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions.bank_corrections import Against, correct_break, explain_break
from payments.actions.bank_statements import read_whole_history, store_statement
from payments.actions.reconciliation import reconcile_day
from payments.actions.suspense import Way, clear_suspended
from payments.maintenance.integrity_checks import check_integrity
from payments.models import (
    BankPosting,
    ReconciliationBreak,
)
from payments.queries.reconciliation import day_of
from payments.queries.suspense import list_suspended
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.reconciled import balance_of, rows, statement, told

REASON = {"reason": "slip 7"}


@pytest.fixture
def find_break(bank, day, now):
    """A break of a day whose statement has these lines."""

    def find(*lines):
        store_statement(statement(day, *lines), day=day, uploaded_by_id=None, now=now)
        reconcile_day(day, now=now)
        return ReconciliationBreak.objects.get(state="open")

    return find


def test_unknown_line_goes_to_suspense_and_from_there_to_its_person(find_break, two, make_user, day, now):
    ana, row = make_user("ana"), find_break(("X1", 12_345))

    correct_break(break_id=row.pk, against=Against.SUSPENSE, now=now, **REASON, **two)
    [ticket] = list_suspended()
    clear_suspended(suspended=ticket.public_id, way=Way.WALLET, user_id=ana.pk, now=now, **REASON, **two)
    found = reconcile_day(day, now=now + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.state, row.note, row.journal.kind) == ("cleared", "slip 7", "bank_corrected")
    assert api.get_wallet(ana.pk, now=now).balance == Money(12_345_00)
    assert (found.ledger_sum, found.agreed_count) == (12_345_00, 1)
    assert not ReconciliationBreak.objects.filter(state="open").exists()
    assert check_integrity(now=now) == []


def test_fee_of_the_bank_is_our_loss(find_break, two, now):
    row = find_break(("FEE", -6_500))

    correct_break(break_id=row.pk, against=Against.ADJUSTMENT, now=now, **REASON, **two)

    assert balance_of("adjustment:settlement:IDR") == -6_500_00
    assert balance_of("bank:settlement:IDR") == 6_500_00


def test_payment_that_never_came_is_our_loss_and_stays_with_its_person(find_break, suspend, two, day, now):
    suspend("R1", 50_000)
    row = find_break()

    correct_break(break_id=row.pk, against=Against.ADJUSTMENT, now=now, **REASON, **two)
    reconcile_day(day, now=now + timedelta(minutes=1))

    assert (row.kind, balance_of("adjustment:settlement:IDR")) == ("missing_at_bank", -50_000_00)
    assert not ReconciliationBreak.objects.filter(state="open").exists()


def test_less_at_the_bank_is_not_somebodys(find_break, two, now):
    row = find_break(("FEE", -6_500))
    before = rows()

    with pytest.raises(errors.NothingToCorrect):
        correct_break(break_id=row.pk, against=Against.SUSPENSE, now=now, **REASON, **two)

    assert rows() == before


def test_line_that_the_statement_lacks_can_only_be_explained(find_break, bank, suspend, two, day, noon, now):
    suspend("R1")
    bank.history.append(told("R1", 50_000_00, noon))
    read_whole_history(day, now=now)
    row = find_break()

    with pytest.raises(errors.NothingToCorrect):
        correct_break(break_id=row.pk, against=Against.ADJUSTMENT, now=now, **REASON, **two)
    explain_break(break_id=row.pk, note="The bank books it on Monday.", now=now, **two)
    reconcile_day(day, now=now + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.kind, row.state, row.note) == ("missing_in_statement", "explained", "The bank books it on Monday.")
    assert ReconciliationBreak.objects.count() == 1


def test_explained_break_that_changes_is_a_new_one(find_break, suspend, two, day, now):
    suspend("R1", 50_000)
    row = find_break(("R1", 49_000))
    explain_break(break_id=row.pk, note="A typing error of the bank.", now=now, **two)
    store_statement(statement(day, ("R1", 48_000)), day=day, uploaded_by_id=None, now=now)

    reconcile_day(day, now=now + timedelta(minutes=1))

    assert [(one.state, one.statement_amount) for one in ReconciliationBreak.objects.order_by("pk")] == [
        ("explained", 49_000_00),
        ("open", 48_000_00),
    ]


@pytest.mark.parametrize("close", ["correct", "explain"])
def test_break_is_closed_once_and_by_two_operators(find_break, two, make_user, close, now):
    row, eve = find_break(("X1", 12_345)), make_user("eve").pk

    def act(maker_id, checker_id):
        by = {"break_id": row.pk, "maker_id": maker_id, "checker_id": checker_id, "now": now}
        if close == "correct":
            correct_break(against=Against.SUSPENSE, reason="r", **by)
        else:
            explain_break(note="n", **by)

    for maker, checker in ((eve, two["checker_id"]), (two["maker_id"], eve), (two["maker_id"], two["maker_id"])):
        with pytest.raises((errors.OperatorsOnly, errors.TwoPersonsNeeded)):
            act(maker, checker)
    act(**two)
    with pytest.raises(errors.BreakNotFound):
        act(**two)

    assert (ReconciliationBreak.objects.count(), BankPosting.objects.count()) == (1, close == "correct")


def test_two_who_correct_the_same_break_at_once_do_it_once(real_db, make_user, now):
    day = day_of(now) - timedelta(days=1)
    store_statement(statement(day, ("X1", 12_345)), day=day, uploaded_by_id=None, now=now)
    reconcile_day(day, now=now)
    row = ReconciliationBreak.objects.get()
    one, other = (make_user(name, is_staff=True).pk for name in ("op1", "op2"))

    def correct(against, maker_id, checker_id):
        return correct_break(
            break_id=row.pk, against=against, maker_id=maker_id, checker_id=checker_id, now=now, **REASON
        )

    told = concurrency.run_together(
        lambda: correct(Against.SUSPENSE, one, other),
        lambda: correct(Against.ADJUSTMENT, other, one),
        lambda: explain_break(break_id=row.pk, note="n", maker_id=one, checker_id=other, now=now),
    )

    assert sum(isinstance(answer, errors.BreakNotFound) for answer in told) == 2
    assert BankPosting.objects.count() <= 1
    assert check_integrity(now=now) == []
