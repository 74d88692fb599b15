"""Cash is brought to the bank, and what lies there is compared with what we owe."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions.bank_statements import read_whole_history
from payments.actions.cash_deposits import deposit_cash, get_cash_at_counter
from payments.actions.float_checks import check_float
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.actions.reconciliation import reconcile_day
from payments.adapters.bank import BankNotAsked
from payments.maintenance import reconciling
from payments.maintenance.integrity_checks import check_integrity
from payments.models import (
    FloatCheck,
    SuspenseClearing,
)
from payments.queries.suspense import list_suspended
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.reconciled import balance_of, rows, told

REASON = {"reason": "slip 7"}


@pytest.fixture
def counter(make_user, two, now):
    """A wallet that was topped up in cash at the counter."""

    def top_up(rupiah=100_000):
        asked = api.request_top_up(
            user_id=make_user(f"u{rupiah}").pk,
            amount=Money(rupiah * 100),
            reason="slip",
            maker_id=two["maker_id"],
            now=now,
        )
        api.approve_top_up(top_up=asked.public_id, checker_id=two["checker_id"], now=now)

    return top_up


def deposit(two, noon, now, rupiah, reference="DEP"):
    deposit_cash(amount=Money(rupiah * 100), bank_reference=reference, at=noon, now=now, **REASON, **two)


def test_cash_is_brought_to_the_bank(counter, two, bank, day, noon, now):
    counter(100_000)

    deposit(two, noon, now, 60_000)
    deposit(two, noon, now, 60_000)

    assert get_cash_at_counter() == Money(40_000_00)
    assert balance_of("bank:settlement:IDR") == -60_000_00
    bank.history.append(told("DEP", 60_000_00, noon))
    read_whole_history(day, now=now)
    assert reconcile_day(day, now=now).agreed_count == 1


def test_deposit_of_which_the_bank_told_first_is_taken_from_suspense(counter, two, suspend, noon, now):
    counter(100_000)
    suspend("DEP", 60_000)

    deposit(two, noon, now, 60_000)

    assert (list_suspended(), get_cash_at_counter()) == ([], Money(40_000_00))
    assert balance_of("bank:settlement:IDR") == -60_000_00
    assert SuspenseClearing.objects.get().way == "cash"


def test_deposit_of_more_than_there_is_or_of_another_amount_is_refused(counter, two, suspend, noon, now):
    counter(100_000)
    suspend("DEP", 60_000)
    before = rows()

    with pytest.raises(errors.InsufficientFunds):
        deposit(two, noon, now, 100_001, "OTHER")
    with pytest.raises(errors.KeyReused):
        deposit(two, noon, now, 59_000)
    with pytest.raises(InputInvalid):
        deposit(two, noon, now, 1_000, " ")

    assert rows() == before


def test_deposit_and_the_banks_word_at_once_are_posted_once(real_db, make_user, now):
    one, other, ana = (make_user(name, is_staff=name != "ana").pk for name in ("op1", "op2", "ana"))
    asked = api.request_top_up(user_id=ana, amount=Money(900), reason="slip", maker_id=one, now=now)
    api.approve_top_up(top_up=asked.public_id, checker_id=other, now=now)
    credit = BankCredit(bank_reference="DEP", paid_to="", amount=Money(900), paid_at=now)

    concurrency.run_together(
        lambda: deposit_cash(
            amount=Money(900), bank_reference="DEP", at=now, maker_id=one, checker_id=other, now=now, **REASON
        ),
        lambda: place_incoming_payment(credit, now=now),
    )

    assert balance_of("bank:settlement:IDR") == -900
    assert check_integrity(now=now) == []


def test_float_says_what_is_owed_and_what_lies_at_the_bank(counter, suspend, bank, two, now, monkeypatch):
    counter(100_000)
    suspend("R1", 50_000)
    monkeypatch.setattr(bank, "get_balance", lambda: Money(50_000_00))

    row = check_float(now=now)

    assert (row.owed, row.cash, row.in_transit, row.ledger_balance) == (150_000_00, 100_000_00, 0, 50_000_00)
    assert (row.as_of, row.bank_balance, row.shortfall) == (now, 50_000_00, 0)


def test_float_of_a_silent_bank_is_unknown(suspend, bank, now):
    suspend()
    bank.is_silent = BankNotAsked("away")

    row = check_float(now=now)

    assert (row.bank_balance, row.shortfall) == (None, None)
    assert list(reconciling.compare_float()) == []


def test_float_that_is_short_is_told_once_a_day(suspend, bank, now):
    suspend("R1", 50_000)

    check_float(now=now), check_float(now=now + timedelta(hours=1))

    assert FloatCheck.objects.get().shortfall == 50_000_00
    assert [metric.samples[0].value for metric in reconciling.compare_float()] == [50_000_00]


def test_old_suspense_is_an_alarm_and_a_metric(suspend, now, settings):
    settings.RECONCILIATION_BREAK_ALARM_HOURS = 24
    suspend()

    assert reconciling.alarm_old_breaks(now + timedelta(hours=24)) == 0
    assert reconciling.alarm_old_breaks(now + timedelta(hours=25)) == 1
    assert {metric.name: metric.samples[0].value for metric in reconciling.count_suspense()} == {
        "nusa_suspense_payments": 1,
        "nusa_suspense_oldest_timestamp_seconds": now.timestamp(),
    }
