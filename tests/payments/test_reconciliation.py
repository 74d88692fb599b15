"""Days compared with the bank: what differs is kept once, and goes away with evidence."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command

from payments import errors
from payments.actions.bank_history import read_history
from payments.actions.bank_statements import keep_history, read_whole_history, store_statement
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.actions.reconciliation import reconcile_day, take_break
from payments.adapters import statement_files
from payments.adapters.bank import BankNotAsked, HistoryEntry
from payments.domain.statement_csv import BANK_TIME_ZONE
from payments.maintenance import reconciling
from payments.models import (
    BankMovement,
    IncomingPayment,
    ReconciledDay,
    ReconciliationBreak,
    StatementFile,
    StatementLine,
)
from payments.queries.reconciliation import day_of
from superapp.core import clock
from superapp.core.models import Job
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.reconciled import statement


@pytest.fixture
def pay(bank, noon, now):
    """Money that came in at the bank at noon and is in the ledger."""

    def pay_one(reference="R1", rupiah=50_000, *, is_told=True):
        credit = BankCredit(bank_reference=reference, paid_to="8801", amount=Money(rupiah * 100), paid_at=noon)
        place_incoming_payment(credit, now=now)
        if is_told:
            tell(bank, reference, rupiah * 100, noon)

    return pay_one


def tell(bank, reference, amount, at):
    bank.history.append(
        HistoryEntry(
            reference=reference, partner_reference="", virtual_account="8801", amount=Money(amount), at=at, remark=""
        )
    )


def store(day, now, *lines, opening=0):
    return store_statement(statement(day, *lines, opening=opening), day=day, uploaded_by_id=None, now=now)


def breaks():
    return [(row.kind, row.reference, row.state) for row in ReconciliationBreak.objects.order_by("reference", "pk")]


def test_statement_is_stored_line_by_line_with_its_balances(bank, day, noon, now):
    file = store(day, now, ("R1", 50_000), ("R2", -20_000), opening=10_000)

    assert (file.opening, file.closing, file.lines_count) == (10_000_00, 40_000_00, 2)
    assert list(StatementLine.objects.order_by("number").values_list("reference", "amount", "balance_after", "at")) == [
        ("R1", 50_000_00, 60_000_00, noon),
        ("R2", -20_000_00, 40_000_00, noon),
    ]


def test_same_statement_again_is_the_one_that_is_there(bank, day, now):
    first, again = (store(day, now, ("R1", 50_000)) for _time in range(2))

    assert first.pk == again.pk
    assert StatementLine.objects.count() == 1


def test_days_without_movements_have_a_statement_each(bank, day, now):
    store(day, now)
    store(day - timedelta(days=1), now)

    assert [(row.opening, row.closing) for row in StatementFile.objects.all()] == [(None, None)] * 2


def test_statement_with_a_wrong_cell_at_its_end_stores_nothing(bank, day, now):
    lines = statement(day, *((f"R{number}", 1) for number in range(1_500))).getvalue()
    broken = io.BytesIO(lines.replace(b"R1499", b""))

    with pytest.raises(errors.StatementInvalid) as refusal:
        store_statement(broken, day=day, uploaded_by_id=None, now=now)

    assert refusal.value.params == {"line": 1_501, "column": "reference", "problem": "empty"}
    assert not StatementFile.objects.exists()
    assert not StatementLine.objects.exists()


def test_statement_that_is_no_text_or_too_large_stores_nothing(bank, day, now, monkeypatch):
    with pytest.raises(errors.StatementInvalid, match="statement_invalid") as refusal:
        store_statement(io.BytesIO(b"\xff\xfe"), day=day, uploaded_by_id=None, now=now)
    monkeypatch.setattr(statement_files, "BYTES_MAX", 10)
    with pytest.raises(errors.StatementInvalid) as larger:
        store(day, now, ("R1", 1))

    assert (refusal.value.params["problem"], larger.value.params["problem"]) == ("not_utf8", "too_large")
    assert not StatementFile.objects.exists()


def test_day_on_which_all_agree_has_no_breaks(pay, day, now):
    pay()
    read_whole_history(day, now=now)
    store(day, now, ("R1", 50_000))

    found = reconcile_day(day, now=now)

    assert breaks() == []
    assert (found.ledger_count, found.history_count, found.statement_count, found.agreed_count) == (1, 1, 1, 1)
    assert found.ledger_sum == found.history_sum == found.statement_sum == 50_000_00


def test_differences_become_breaks_once_however_often_the_day_is_compared(pay, bank, day, noon, now):
    pay("R1"), pay("R2"), pay("R3", is_told=False)
    tell(bank, "R4", 70_000_00, noon)
    read_whole_history(day, now=now)
    store(day, now, ("R1", 49_000), ("R4", 70_000), ("R5", 12_345))

    for minutes in range(3):
        reconcile_day(day, now=now + timedelta(minutes=minutes))

    assert breaks() == [
        ("amount_differs", "R1", "open"),
        ("missing_in_statement", "R2", "open"),
        ("missing_at_bank", "R3", "open"),
        ("missing_in_ledger", "R4", "open"),
        ("unknown_line", "R5", "open"),
    ]
    [differs, *_others] = ReconciliationBreak.objects.order_by("reference")
    assert (differs.ledger_amount, differs.history_amount, differs.statement_amount) == (
        50_000_00,
        50_000_00,
        49_000_00,
    )


def test_line_that_comes_late_clears_its_break_with_the_evidence(pay, day, now):
    pay("R1"), pay("R2")
    read_whole_history(day, now=now)
    store(day, now, ("R1", 50_000))
    reconcile_day(day, now=now)
    tomorrow, later = day + timedelta(days=1), now + timedelta(days=1)
    store(tomorrow, later, ("R2", 50_000), opening=50_000)

    reconcile_day(day, now=later)
    reconcile_day(tomorrow, now=later)

    row = ReconciliationBreak.objects.get()
    assert (row.state, row.closed_at, row.checker, row.note) == ("cleared", later, None, f"statement:{tomorrow}:1")
    assert ReconciledDay.objects.get(day=tomorrow).agreed_count == 1


def test_corrected_statement_of_the_day_counts(pay, day, now):
    pay("R1")
    store(day, now, ("R1", 49_000), ("R9", 5))
    reconcile_day(day, now=now)
    store(day, now, ("R1", 50_000))

    reconcile_day(day, now=now + timedelta(minutes=1))

    assert [state for _kind, _reference, state in breaks()] == ["cleared", "cleared"]


def test_break_that_changes_its_kind_is_another_with_the_same_owner(pay, day, now, make_user):
    operator = make_user("op", is_staff=True)
    store(day, now, ("R1", 50_000))
    reconcile_day(day, now=now)
    take_break(ReconciliationBreak.objects.get().pk, owner_id=operator.pk)
    pay("R1", 49_000)
    read_whole_history(day, now=now)

    reconcile_day(day, now=now + timedelta(minutes=1))

    assert breaks() == [("unknown_line", "R1", "cleared"), ("amount_differs", "R1", "open")]
    assert ReconciliationBreak.objects.get(state="open").owner == operator


def test_break_is_taken_by_operators_alone(bank, day, now, make_user):
    store(day, now, ("R1", 50_000))
    reconcile_day(day, now=now)
    row = ReconciliationBreak.objects.get()

    with pytest.raises(errors.OperatorsOnly):
        take_break(row.pk, owner_id=make_user("eve").pk)
    with pytest.raises(errors.BreakNotFound):
        take_break(row.pk + 1, owner_id=None)

    row.refresh_from_db()
    assert row.owner is None


def test_nothing_is_concluded_from_a_bank_that_is_silent(pay, bank, day, now):
    pay(is_told=False)
    bank.is_silent = BankNotAsked("away")

    found, problems = reconciling.collect_and_reconcile(day, now=now)

    assert problems == ["bank_history: away"]
    assert (found.ledger_count, found.history_count, found.statement_count) == (1, None, None)
    assert breaks() == []


def test_lines_that_do_not_add_up_to_the_closing_balance_are_a_break(bank, pay, day, now):
    pay("R1")
    store(day - timedelta(days=1), now, ("R0", 100))
    file = statement(day, ("R1", 50_000), opening=900)
    store_statement(file, day=day, uploaded_by_id=None, now=now)

    reconcile_day(day, now=now)

    row = ReconciliationBreak.objects.get(day=day)
    assert (row.kind, row.reference) == ("balance_differs", f"balance:{day}")
    assert (row.ledger_amount, row.statement_amount) == (50_100_00, 50_900_00)


def test_history_is_kept_as_it_was_told(bank, noon, now):
    told = [
        HistoryEntry(
            reference="R1", partner_reference="", virtual_account="8801", amount=Money(amount), at=noon, remark="x"
        )
        for amount in (100, 100, 90)
    ]

    keep_history(told, now=now)
    keep_history(told, now=now + timedelta(hours=1))

    assert list(BankMovement.objects.order_by("pk").values_list("amount", "read_at")) == [(100, now), (90, now)]


def test_history_says_another_amount_than_the_notification_did(pay, bank, day, noon, now):
    pay("R1", 50_000, is_told=False)
    tell(bank, "R1", 49_999_00, noon)
    read_history(now=now)
    read_whole_history(day, now=now)

    reconcile_day(day, now=now)

    assert breaks() == [("amount_differs", "R1", "open")]


def test_withdrawal_that_came_back_is_nobodys_payment(bank, noon, now, make_user):
    from payments.models import Journal, Withdrawal

    pay_in = BankCredit(bank_reference="R0", paid_to="8801", amount=Money(1), paid_at=noon)
    journal = place_incoming_payment(pay_in, now=now).journal
    Withdrawal.objects.create(
        user=make_user("ana"), bank_code="014", account_number="1", holder="A", amount=5, fee=0, asset="IDR",
        partner_reference="w1", hold=Journal.objects.get(pk=journal.pk), created_at=noon, ask_after=noon,
    )  # fmt: skip
    bank.history.append(
        HistoryEntry(reference="B", partner_reference="w1", virtual_account="", amount=Money(5), at=noon, remark="")
    )

    read_history(now=noon + timedelta(minutes=1))

    assert not IncomingPayment.objects.filter(bank_reference="B").exists()
    assert BankMovement.objects.filter(reference="B").exists()


def test_two_runs_at_once_find_each_break_once(real_db, monkeypatch, settings, now):
    settings.BANK_STATEMENT_URL = ""
    monkeypatch.setattr(statement_files, "has_statements", lambda: False)
    day = day_of(now) - timedelta(days=1)
    store(day, now, *((f"R{number}", 10) for number in range(5)))

    told = concurrency.run_together(*[lambda: reconcile_day(day, now=now)] * 3)

    assert [type(one) for one in told] == [ReconciledDay] * 3
    assert breaks() == [("unknown_line", f"R{number}", "open") for number in range(5)]


def test_same_statement_stored_twice_at_once_is_one(real_db, now):
    day = day_of(now)

    told = concurrency.run_together(*[lambda: store(day, now, ("R1", 10), ("R2", 20)).pk] * 3)

    assert len(set(told)) == 1
    assert StatementLine.objects.count() == 2


def test_night_begins_one_comparison_and_asks_again_for_what_was_not_told(bank, day, now, monkeypatch):
    night = datetime.combine(day + timedelta(days=1), time(2, 5), BANK_TIME_ZONE)
    monkeypatch.setattr(clock, "now", lambda: night)
    bank.is_silent = BankNotAsked("away")

    assert reconciling.begin_reconciling(night - timedelta(hours=1)) == 0
    assert [reconciling.begin_reconciling(night) for _time in range(2)] == [1, 0]
    reconciling.run_reconciliation(None)
    Job.objects.all().delete()
    assert reconciling.begin_reconciling(night + timedelta(minutes=30)) == 0
    assert reconciling.begin_reconciling(night + timedelta(minutes=61)) == 1
    Job.objects.all().delete()
    bank.is_silent = None
    reconciling.run_reconciliation(None)
    assert reconciling.begin_reconciling(night + timedelta(hours=3)) == 0


def test_night_compares_earlier_days_with_open_breaks_again(pay, bank, day, now, monkeypatch):
    pay("R1")
    store(day, now)
    reconcile_day(day, now=now)
    night = datetime.combine(day + timedelta(days=2), time(2, 5), BANK_TIME_ZONE)
    store(day + timedelta(days=1), night, ("R1", 50_000))
    monkeypatch.setattr(clock, "now", lambda: night)

    reconciling.run_reconciliation(None)

    assert breaks() == [("missing_at_bank", "R1", "cleared")]


def test_old_breaks_are_an_alarm_and_a_metric(bank, day, now, settings):
    settings.RECONCILIATION_BREAK_ALARM_HOURS = 24
    store(day, now, ("R1", 10))
    reconcile_day(day, now=now)

    assert reconciling.alarm_old_breaks(now + timedelta(hours=24)) == 0
    assert reconciling.alarm_old_breaks(now + timedelta(hours=24, seconds=1)) == 1
    numbers = {metric.name: metric.samples[0].value for metric in reconciling.count_breaks()}
    assert numbers == {
        "nusa_reconciliation_open_breaks": 1,
        "nusa_reconciliation_oldest_break_timestamp_seconds": now.timestamp(),
    }


def test_command_lists_what_differs_and_fails(pay, bank, day, now, still_clock, tmp_path, capsys):
    pay("R1")
    path = tmp_path / "statement.csv"
    path.write_bytes(statement(day, ("R1", 50_000), ("R5", 12_345)).getvalue())

    with pytest.raises(CommandError, match="1 differences are open"):
        call_command("reconcile", day=day, statement=path)

    assert capsys.readouterr().out.splitlines() == [
        "ledger: 1 movements, together Rp50.000",
        "history: 1 movements, together Rp50.000",
        "statement: 2 movements, together Rp62.345",
        "1 agree. What is newer than a quarter of an hour is compared later.",
        "unknown_line  R5  ledger nothing, history nothing, statement Rp12.345",
    ]


def test_command_names_the_cell_that_cannot_be_read(bank, day, tmp_path):
    path = tmp_path / "statement.csv"
    path.write_text("date\n")

    with pytest.raises(CommandError, match=r"argument --statement.*line 1, column time: column_missing"):
        call_command("reconcile", day=day, statement=path)

    assert not ReconciledDay.objects.exists()
