"""Payouts of merchants' balances to bank accounts: held first, asked once, and back in the balance if they fail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api, errors
from payments.actions.settlements import settle_due
from payments.actions.withdrawals import ask_bank
from payments.adapters.bank import BankAccount, BankNotAsked, BankRefused, BankSilent, RefusalReason, TransferState
from payments.models import Account, Journal, PayoutAccount, Withdrawal
from payments.queries.bank_money import get_withdrawal, list_recent_withdrawals
from payments.writers import ledger
from superapp.core import clock
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness import concurrency
from tests.harness.authorizations import BY_PIN
from tests.payments.payouts.world import (
    AMOUNT,
    DAY,
    FEE,
    MIDNIGHT,
    NET,
    OTHER,
    SUM,
    TO,
    merchant_account,
    owed,
    transfers_of,
)
from tests.payments.purses import PIN, balance
from tests.payments.test_qris_payments import WARUNG


def test_first_account_takes_the_pin_and_is_scheduled_at_once(choose, bo, now):
    with pytest.raises(errors.PinWrong):
        choose(pin="000001")
    assert api.find_payout_account(WARUNG) is None

    chosen = choose()

    assert (chosen.version, chosen.bank_name, chosen.holder) == (1, "BCA", "BO SANTOSO")
    assert chosen.scheduled_from == now
    assert api.find_payout_account(WARUNG) == chosen
    assert Fact.objects.filter(name="payments.payout_account_chosen").count() == 1


def test_change_waits_a_day_for_the_schedule_and_is_told(choose, now):
    choose()
    chosen = choose(OTHER)

    assert (chosen.version, chosen.number, chosen.scheduled_from) == (2, OTHER.number, now + DAY)
    assert Fact.objects.filter(name="payments.payout_account_chosen").count() == 2


def test_same_account_again_changes_nothing(choose, now):
    first = choose()

    assert choose(at=now + DAY) == first
    assert (PayoutAccount.objects.count(), Fact.objects.filter(name="payments.payout_account_chosen").count()) == (1, 1)


def test_accounts_chosen_at_once_get_versions_of_their_own(real_db, choose, in_threads):
    in_threads(
        *(
            lambda to=to: choose(to)
            for to in (TO, OTHER, BankAccount(bank_code="014", number="7777777777", holder="BO"))
        )
    )

    rows = PayoutAccount.objects.order_by("version")
    assert [row.version for row in rows] == [1, 2, 3]
    # Only the first is paid to by schedule at once.
    assert [row.scheduled_from == row.chosen_at for row in rows] == [True, False, False]


# By hand.


def test_payout_is_held_with_its_fee_and_arrives_once(sell, choose, pay_out, bank, ask_at, bo, now):
    sell()
    choose()
    row = pay_out()
    assert (row.state, row.merchant, owed()) == ("held", WARUNG, NET - AMOUNT.amount_minor - FEE)

    ask_at(now)
    ask_at(now + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.state, bank.transfers) == ("done", transfers_of([row]))
    assert (owed(), merchant_account().held, balance(bo, now)) == (NET - AMOUNT.amount_minor - FEE, 0, 0)
    kinds = Journal.objects.filter(reference=f"payments.payout:{row.public_id}").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["payout_held", "payout_done"]
    assert Fact.objects.filter(name="payments.payout_closed").count() == 1
    assert not Fact.objects.filter(name="payments.withdrawal_closed").exists()


def test_refused_payout_is_back_in_the_balance_and_not_in_the_wallet(sell, choose, pay_out, bank, ask_at, bo, now):
    bank.answer = BankRefused("4031718", RefusalReason.ACCOUNT_INACTIVE)
    sell()
    choose()
    row = pay_out()
    ask_at(now)

    row.refresh_from_db()
    assert (row.state, row.reason, owed(), balance(bo, now)) == ("failed", "account_inactive", NET, 0)
    assert api.get_payout(WARUNG, row.public_id).steps[-1].at == now


@pytest.mark.parametrize(
    ("status", "ends"), [(TransferState.DONE, "done"), (TransferState.FAILED, "failed")], ids=["done", "failed"]
)
def test_answer_that_was_lost_is_asked_for_and_never_sent_again(sell, choose, pay_out, bank, ask_at, now, status, ends):
    bank.answer, bank.status = BankSilent("cut off"), TransferState.PENDING
    sell()
    choose()
    row = pay_out()
    for minutes in range(0, 120, 10):
        ask_at(now + timedelta(minutes=minutes))
    row.refresh_from_db()
    assert (row.state, len(bank.transfers), owed()) == ("submitted", 1, NET - AMOUNT.amount_minor - FEE)

    bank.status = status
    ask_at(now + timedelta(minutes=121))

    row.refresh_from_db()
    assert (row.state, len(bank.transfers)) == (ends, 1)
    assert owed() == (NET if ends == "failed" else NET - AMOUNT.amount_minor - FEE)


def test_crash_after_the_bank_was_asked_leads_to_a_question(sell, choose, pay_out, bank, ask_at, now):
    class Crash(BaseException):
        pass

    bank.answer, bank.status = Crash(), TransferState.DONE
    sell()
    choose()
    row = pay_out()
    with pytest.raises(Crash):
        ask_at(now)
    ask_at(now + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.state, len(bank.transfers)) == ("done", 1)


def test_crash_before_the_row_leaves_no_hold(sell, choose, pay_out, monkeypatch):
    sell()
    choose()

    def crash(*_args, **_named):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Withdrawal.objects, "create", crash)
        with pytest.raises(RuntimeError):
            pay_out()
    assert (owed(), Journal.objects.filter(kind="payout_held").count()) == (NET, 0)

    assert pay_out().state == "held"


def test_repeated_request_is_one_payout_and_needs_no_pin_again(sell, choose, pay_out):
    sell()
    choose()
    first = pay_out()

    assert pay_out(pin="000000").pk == first.pk
    with pytest.raises(errors.KeyReused):
        pay_out(amount=Money(60_000_00))
    assert (Withdrawal.objects.count(), owed()) == (1, NET - AMOUNT.amount_minor - FEE)


def test_two_clicks_at_once_are_one_payout(real_db, sell, choose, pay_out, in_threads):
    sell()
    choose()

    first, second = in_threads(pay_out, pay_out)

    assert first.pk == second.pk
    assert (Withdrawal.objects.count(), owed()) == (1, NET - AMOUNT.amount_minor - FEE)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount": Money(9_999_00)}, errors.WithdrawalTooSmall),
        ({"amount": Money(NET - FEE + 1)}, errors.InsufficientFunds),
        ({"pin": "111222"}, errors.PinWrong),
        ({"pin": ""}, errors.PinWrong),
        ({"version": 2}, errors.PayoutAccountChanged),
        ({"merchant": "shop.storefront:other"}, errors.NothingToPayOut),
    ],
    ids=["small", "too much with its fee", "wrong pin", "no pin", "another account", "another shop"],
)
def test_payout_that_is_refused_moves_nothing(sell, choose, pay_out, fields, error):
    sell()
    choose()

    with pytest.raises(error):
        pay_out(**fields)

    assert (owed(), Withdrawal.objects.count()) == (NET, 0)


def test_everything_but_the_fee_can_be_paid_out(sell, choose, pay_out):
    sell()
    choose()

    pay_out(amount=Money(NET - FEE))

    assert owed() == 0


def test_money_for_refunds_that_wait_is_not_paid_out(sell, choose, pay_out, bo, now):
    reference = sell()
    choose()
    give = {"merchant": WARUNG, "reference": reference, "user_id": bo.pk, "authorization": BY_PIN, "now": now}
    assert api.request_refund(**give, number="1", amount=Money(SUM)).state == "waiting"

    with pytest.raises(errors.KeptForRefunds):
        pay_out()

    assert (owed(), Withdrawal.objects.count()) == (NET, 0)


@pytest.mark.parametrize("whose", ["merchant", "wallet"])
def test_frozen_account_pays_nothing_out(sell, choose, pay_out, schedule, bo, now, whose):
    sell()
    choose()
    schedule()
    api.get_wallet(bo.pk, now=now)
    frozen = merchant_account() if whose == "merchant" else Account.objects.get(owner=bo)
    ledger.freeze_account(frozen.pk)

    with pytest.raises(errors.BalanceFrozen if whose == "merchant" else errors.WalletFrozen):
        pay_out()
    settle_due(MIDNIGHT)

    (made,) = api.list_settlements(WARUNG)
    assert (made.paid, made.left, made.reason, made.payout) == (Money(0), Money(NET), "account_not_open", None)
    assert (owed(), Withdrawal.objects.count()) == (NET, 0)
    ledger.unfreeze_account(frozen.pk)
    settle_due(MIDNIGHT + DAY)
    assert (owed(), Withdrawal.objects.get().amount) == (0, NET - FEE)


def test_payout_of_an_account_frozen_meanwhile_ends_when_it_is_open(sell, choose, pay_out, bank, ask_at, now):
    sell()
    choose()
    row, next_one = pay_out(amount=Money(20_000_00)), pay_out("k2", amount=Money(20_000_00))
    ledger.freeze_account(merchant_account().pk)
    ask_at(now)
    assert Withdrawal.objects.filter(state="submitted").count() == 2

    ledger.unfreeze_account(merchant_account().pk)
    bank.status = TransferState.DONE
    ask_at(now + timedelta(minutes=1))

    assert bank.transfers == transfers_of([row, next_one])
    assert Withdrawal.objects.filter(state="done").count() == 2


def test_pending_payout_goes_to_the_account_it_was_made_with(sell, choose, pay_out, bank, ask_at, now):
    bank.is_silent = BankNotAsked("connection refused")
    sell()
    choose()
    row = pay_out()
    ask_at(now)
    choose(OTHER)
    bank.is_silent = None

    ask_at(now + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.state, bank.transfers) == ("done", [(TO.number, row.partner_reference, AMOUNT.amount_minor)])
    # What was confirmed with the other account on the screen is not sent to this one.
    with pytest.raises(errors.PayoutAccountChanged):
        pay_out("k2", amount=Money(10_000_00))


def test_payout_is_none_of_the_wallets_withdrawals_and_no_other_shops(sell, choose, pay_out, bo, make_user):
    sell()
    choose()
    row = pay_out()

    assert list_recent_withdrawals(bo.pk) == []
    with pytest.raises(errors.WithdrawalNotFound):
        get_withdrawal(bo.pk, row.public_id)
    for merchant in ("shop.storefront:other", ""):
        with pytest.raises(errors.PayoutNotFound):
            api.get_payout(merchant, row.public_id)
    assert api.list_payouts("shop.storefront:other") == api.list_payouts("") == []
    assert api.find_payout_by_key("shop.storefront:other", bo.pk, "k") is None
    assert api.find_payout_by_key(WARUNG, bo.pk, "k") == row.public_id


def test_withdrawal_from_a_wallet_is_no_payout(bo, ana, now):
    row = api.request_withdrawal(
        user_id=ana.pk, to=TO, amount=AMOUNT, device_id=None, pin=PIN, idempotency_key="w", now=now
    )

    with pytest.raises(errors.PayoutNotFound):
        api.get_payout("", row.public_id)


def test_many_who_ask_at_once_transfer_a_payout_once(real_db, sell, choose, pay_out, bank, now, monkeypatch):
    sell()
    choose()
    row = pay_out()
    monkeypatch.setattr(clock, "now", lambda: now)

    assert concurrency.run_together(*[lambda: ask_bank(None)] * 4) == [None] * 4

    row.refresh_from_db()
    assert (row.state, bank.transfers) == ("done", transfers_of([row]))


def test_account_changed_at_the_moment_of_a_click_is_paid_or_refused(real_db, sell, choose, pay_out, in_threads):
    sell()
    choose()

    def click():
        try:
            return pay_out().account_number
        except errors.PayoutAccountChanged:
            return None

    number, _chosen = in_threads(click, lambda: choose(OTHER))

    assert number in (TO.number, None)
    assert list(Withdrawal.objects.values_list("account_number", flat=True)) == ([number] if number else [])
