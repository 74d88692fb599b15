"""Settlements to a bank account: once for each day, tried again where they cannot pay, and never doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions import settlements
from payments.actions.settlements import settle_due
from payments.adapters.bank import BankNotAsked, BankRefused, RefusalReason, TransferState
from payments.models import Journal, Settlement, Withdrawal
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.payouts.world import (
    DAY,
    FEE,
    MIDNIGHT,
    NET,
    OTHER,
    SUM,
    merchant_account,
    owed,
    transfers_of,
)
from tests.payments.purses import balance
from tests.payments.test_qris_payments import WARUNG


def test_schedule_to_a_bank_needs_an_account(sell, schedule):
    with pytest.raises(errors.PayoutAccountMissing):
        schedule()

    assert api.find_settlement_plan(WARUNG) is None


def test_day_is_paid_out_at_midnight_and_adds_up(sell, choose, schedule, bank, ask_at, bo):
    choose()
    schedule()
    sell()

    assert (settle_due(MIDNIGHT), settle_due(MIDNIGHT), settle_due(MIDNIGHT + timedelta(hours=23))) == (1, 0, 0)
    ask_at(MIDNIGHT)

    (made,) = api.list_settlements(WARUNG)
    assert (made.opening, made.gross, made.fees, made.net) == (Money(0), Money(SUM), Money(700_00), Money(NET))
    assert (made.other, made.paid, made.left, made.reason) == (Money(0), Money(NET), Money(0), "")
    row = Withdrawal.objects.get()
    assert (made.payout, row.amount, row.fee, row.state) == (row.public_id, NET - FEE, FEE, "done")
    assert (bank.transfers, owed(), balance(bo, MIDNIGHT)) == (transfers_of([row]), 0, 0)
    assert api.get_payout(WARUNG, row.public_id).is_scheduled
    assert settle_due(MIDNIGHT + DAY) == 1
    assert Settlement.objects.count() == 1  # The capture of the hold is no movement of the next day.


def test_failed_payout_of_a_schedule_is_tried_again_on_the_next_day(sell, choose, schedule, bank, ask_at):
    bank.answer = BankRefused("4031718", RefusalReason.OTHER)
    choose()
    schedule()
    sell()
    settle_due(MIDNIGHT)
    ask_at(MIDNIGHT)
    assert owed() == NET

    bank.answer = TransferState.DONE
    settle_due(MIDNIGHT + DAY)
    ask_at(MIDNIGHT + DAY)

    again, first = api.list_settlements(WARUNG)
    assert (first.paid, again.other, again.paid, again.left) == (Money(NET), Money(NET), Money(NET), Money(0))
    assert sorted(Withdrawal.objects.values_list("state", flat=True)) == ["done", "failed"]
    assert owed() == 0


def test_bank_that_is_down_for_days_gets_each_day_once(sell, choose, schedule, bank, ask_at):
    bank.is_silent = BankNotAsked("connection refused")
    choose()
    schedule()
    sell()
    settle_due(MIDNIGHT)
    ask_at(MIDNIGHT)
    sell("2")
    settle_due(MIDNIGHT + DAY)
    ask_at(MIDNIGHT + DAY)
    assert (bank.transfers, owed()) == ([], 0)

    bank.is_silent = None
    ask_at(MIDNIGHT + DAY + timedelta(hours=1))

    rows = Withdrawal.objects.order_by("pk")
    assert [(row.state, row.amount) for row in rows] == [("done", NET - FEE), ("done", NET - FEE)]
    assert sorted(bank.transfers) == sorted(transfers_of(rows))
    second, _first = api.list_settlements(WARUNG)
    assert (second.opening, second.other, second.paid) == (Money(0), Money(0), Money(NET))


def test_balance_below_the_minimum_waits_and_says_so(settings, sell, choose, schedule):
    settings.WITHDRAWAL_MIN_RUPIAH = 100_000
    choose()
    schedule()
    sell()

    settle_due(MIDNIGHT)
    sell("2")
    settle_due(MIDNIGHT + DAY)

    paid, small = api.list_settlements(WARUNG)
    assert (small.paid, small.left, small.reason) == (Money(0), Money(NET), "below_minimum")
    assert (paid.opening, paid.paid, paid.left, paid.reason) == (Money(NET), Money(2 * NET), Money(0), "")
    assert Withdrawal.objects.get().amount == 2 * NET - FEE


def test_changed_account_is_paid_by_schedule_a_day_later_and_once(sell, choose, schedule, now):
    choose()
    schedule()
    sell()
    choose(OTHER)

    plan = api.find_settlement_plan(WARUNG)
    assert (plan.target, plan.next_at, plan.waits) == ("bank", now + DAY, True)
    assert settle_due(MIDNIGHT) == 0
    assert (settle_due(now + DAY - timedelta(seconds=1)), owed()) == (0, NET)
    assert (settle_due(now + DAY), settle_due(now + DAY)) == (1, 0)

    row = Withdrawal.objects.get()
    assert (row.account_number, row.amount, owed()) == (OTHER.number, NET - FEE, 0)
    plan = api.find_settlement_plan(WARUNG)
    assert (plan.next_at, plan.waits) == (MIDNIGHT + DAY, False)


def test_changed_account_does_not_hold_up_the_way_to_the_wallet(sell, choose, schedule, bo):
    choose()
    choose(OTHER)
    schedule(target="wallet")
    sell()

    assert settle_due(MIDNIGHT) == 1
    assert (balance(bo, MIDNIGHT), Withdrawal.objects.count()) == (NET, 0)


def test_money_for_refunds_that_wait_is_kept_by_the_schedule(sell, choose, schedule, bo, now):
    choose()
    schedule()
    reference = sell()
    give = {"merchant": WARUNG, "reference": reference, "user_id": bo.pk, "authorization": BY_PIN, "now": now}
    assert api.request_refund(**give, number="1", amount=Money(SUM)).state == "waiting"

    settle_due(MIDNIGHT)

    (made,) = api.list_settlements(WARUNG)
    assert (made.paid, made.left, made.reason) == (Money(0), Money(NET), "refunds_wait")


def test_crash_after_the_hold_leaves_neither_journal_nor_row(sell, choose, schedule, monkeypatch):
    choose()
    schedule()
    sell()

    class Crash(BaseException):
        pass

    def crash(*_args):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(settlements, "_store", crash)
        with pytest.raises(Crash):
            settle_due(MIDNIGHT)
    assert (owed(), Journal.objects.filter(kind="payout_held").count(), Withdrawal.objects.count()) == (NET, 0, 0)

    assert settle_due(MIDNIGHT) == 1
    assert (owed(), Withdrawal.objects.count(), Settlement.objects.count()) == (0, 1, 1)


def test_several_processes_at_once_pay_a_day_out_once(real_db, sell, choose, schedule, in_threads):
    choose()
    schedule()
    sell()

    answers = in_threads(*(lambda: settle_due(MIDNIGHT) for _process in range(4)))

    assert sum(answers) == 1
    assert (owed(), Withdrawal.objects.count(), Settlement.objects.count()) == (0, 1, 1)


def test_click_at_the_same_moment_as_the_schedule_shares_the_balance_once(
    real_db, sell, choose, schedule, pay_out, in_threads
):
    choose()
    schedule()
    sell()

    def click():
        try:
            return pay_out(amount=Money(NET - FEE)).pk
        except errors.InsufficientFunds:
            return None

    in_threads(click, lambda: settle_due(MIDNIGHT))

    row = Withdrawal.objects.get()
    assert (row.amount, owed(), merchant_account().held) == (NET - FEE, 0, NET)
