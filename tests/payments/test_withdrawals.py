"""Withdrawals: held first, asked once, and ended by the bank's word alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from payments import api, errors
from payments.actions import withdrawals
from payments.actions.withdrawals import ARRIVES_WITHIN, ask_bank, follow_withdrawals
from payments.adapters import banks
from payments.adapters.bank import (
    BankAccount,
    BankNotAsked,
    BankRefused,
    BankSilent,
    RefusalReason,
    TransferState,
)
from payments.domain.receipt_numbers import format_number
from payments.maintenance.integrity_checks import check_integrity
from payments.models import Account, Withdrawal
from payments.queries.bank_money import get_withdrawal
from superapp.core import clock
from superapp.core.errors import RateLimited
from superapp.core.models import Fact, Job
from superapp.core.money import Money
from tests.harness import concurrency
from tests.payments.fake_bank import FakeBank
from tests.payments.purses import PIN, balance, browser_of

TO = BankAccount(bank_code="014", number="1234567890", holder="ANA LESTARI")
AMOUNT = Money(50_000_00)
FEE = Money(2_500_00)


@pytest.fixture
def bank(database, monkeypatch, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    settings.BANKS = {"014": "BCA"}
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    return fake


@pytest.fixture
def ana(make_payer, bank):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def withdraw(ana, now):
    def ask(key="k", *, amount=AMOUNT, pin=PIN, to=TO):
        return api.request_withdrawal(
            user_id=ana.pk, to=to, amount=amount, device_id=None, pin=pin, idempotency_key=key, now=now
        )

    return ask


@pytest.fixture
def ask_at(monkeypatch):
    """Let the job ask the bank at a moment."""

    def ask(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)
        ask_bank(None)

    return ask


def wallet(user, now):
    return api.get_wallet(user.pk, now=now)


def state(row):
    return Withdrawal.objects.get(pk=row.pk).state


def test_withdrawal_is_held_with_its_fee_and_handed_to_a_job(ana, withdraw, now, bank):
    row = withdraw()

    assert (row.state, wallet(ana, now).available) == ("held", Money(100_000_00) - AMOUNT - FEE)
    assert wallet(ana, now).balance == Money(100_000_00)
    assert Job.objects.filter(name=withdrawals.ASK_JOB).count() == 1
    assert bank.transfers == []


@pytest.mark.usefixtures("still_clock")
def test_page_of_a_withdrawal_has_the_short_number_of_its_receipt(ana, withdraw, now, ask_at):
    row = withdraw()

    for is_done in (False, True):
        if is_done:
            ask_at(now)
        shown = next(one for one in api.list_wallet_movements(ana.pk, now=now) if one.peer_kind != "fee")
        page = browser_of(ana).get(reverse("payments:withdrawal", args=[row.public_id])).content.decode()
        before, _, support = page.partition('<details class="proof">')
        assert format_number(shown.journal) in before
        assert row.partner_reference not in before
        assert row.partner_reference in support


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize(("is_done", "headline"), [(False, "Penarikan diproses"), (True, "Tarik saldo berhasil")])
def test_receipt_of_a_withdrawal_names_holder_bank_and_fee(ana, withdraw, now, ask_at, is_done, headline):
    withdraw()
    if is_done:
        ask_at(now)
    shown = next(one for one in api.list_wallet_movements(ana.pk, now=now) if one.peer_kind != "fee")

    page = browser_of(ana).get(reverse("payments:receipt", args=[shown.journal])).content.decode()

    for words in (headline, "ANA LESTARI · BCA ****7890", "Rp50.000", "Rp2.500", "Rp52.500"):
        assert words in page
    assert TO.number not in page


def test_transferred_withdrawal_leaves_the_wallet_once(ana, withdraw, now, bank, ask_at):
    row = withdraw()

    ask_at(now)
    ask_at(now + timedelta(minutes=1))

    assert bank.transfers == [(TO.number, row.partner_reference, AMOUNT.amount_minor)]
    assert state(row) == "done"
    assert wallet(ana, now).balance == Money(100_000_00) - AMOUNT - FEE
    assert wallet(ana, now).held == Money(0)
    assert Account.objects.get(code="bank:settlement:IDR").balance == AMOUNT.amount_minor
    assert Fact.objects.filter(name="payments.withdrawal_closed").count() == 1
    assert check_integrity(now=now) == []


def test_refused_withdrawal_is_back_in_the_wallet(ana, withdraw, now, bank, ask_at):
    bank.answer = BankRefused("4031718", RefusalReason.ACCOUNT_INACTIVE)
    row = withdraw()

    ask_at(now)

    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "account_inactive")
    assert wallet(ana, now).available == Money(100_000_00)
    assert check_integrity(now=now) == []


def test_withdrawal_without_an_answer_stays_on_hold_and_is_never_transferred_again(ana, withdraw, now, bank, ask_at):
    bank.answer, bank.status = BankSilent("cut off"), BankSilent("cut off")
    row = withdraw()

    for minutes in range(0, 24 * 60, 30):
        ask_at(now + timedelta(minutes=minutes))

    assert len(bank.transfers) == 1
    assert len(bank.asked) > 10
    assert state(row) == "submitted"
    assert wallet(ana, now).held == AMOUNT + FEE


@pytest.mark.parametrize(
    ("status", "ends"), [(TransferState.DONE, "done"), (TransferState.FAILED, "failed")], ids=["done", "failed"]
)
def test_withdrawal_without_an_answer_ends_as_the_bank_says_later(ana, withdraw, now, bank, ask_at, status, ends):
    bank.answer, bank.status = BankSilent("cut off"), TransferState.PENDING
    row = withdraw()
    ask_at(now)
    ask_at(now + timedelta(minutes=1))
    assert state(row) == "submitted"

    bank.status = status
    ask_at(now + timedelta(minutes=2))

    assert state(row) == ends
    assert len(bank.transfers) == 1
    left = Money(100_000_00) - (AMOUNT + FEE if ends == "done" else Money(0))
    assert wallet(ana, now).available == wallet(ana, now).balance == left


def test_withdrawal_that_the_bank_does_not_know_comes_back_only_when_it_can_no_longer_arrive(
    ana, withdraw, now, bank, ask_at
):
    bank.answer, bank.status = BankSilent("cut off"), TransferState.UNKNOWN
    row = withdraw()
    ask_at(now)

    ask_at(now + ARRIVES_WITHIN)
    assert state(row) == "submitted"
    ask_at(now + ARRIVES_WITHIN + timedelta(minutes=6))

    assert state(row) == "failed"
    assert wallet(ana, now).available == Money(100_000_00)


def test_withdrawal_that_did_not_leave_is_transferred_when_the_bank_is_back(ana, withdraw, now, bank, ask_at):
    bank.is_silent = BankNotAsked("connection refused")
    row = withdraw()
    ask_at(now)
    assert state(row) == "held"

    bank.is_silent = None
    ask_at(now + timedelta(minutes=1))

    assert state(row) == "done"
    assert len(bank.transfers) == 1


def test_crash_after_the_bank_was_asked_leads_to_a_question_and_no_second_transfer(ana, withdraw, now, bank, ask_at):
    class Crash(BaseException):
        pass

    bank.answer, bank.status = Crash(), TransferState.DONE
    row = withdraw()
    with pytest.raises(Crash):
        ask_at(now)
    assert state(row) == "submitted"

    ask_at(now + timedelta(minutes=1))

    assert state(row) == "done"
    assert len(bank.transfers) == 1


def test_repeated_request_is_one_withdrawal_and_needs_no_pin_again(ana, withdraw):
    first = withdraw()

    assert withdraw(pin="000000").pk == first.pk
    with pytest.raises(errors.KeyReused):
        withdraw(amount=Money(60_000_00))
    assert Withdrawal.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount": Money(9_999_00)}, errors.WithdrawalTooSmall),
        ({"amount": Money(97_500_01)}, errors.InsufficientFunds),
        ({"pin": "111222"}, errors.PinWrong),
    ],
    ids=["small", "too much with its fee", "wrong pin"],
)
def test_withdrawal_that_is_refused_moves_nothing(ana, withdraw, now, fields, error):
    with pytest.raises(error):
        withdraw(**fields)

    assert wallet(ana, now).available == Money(100_000_00)
    assert not Withdrawal.objects.exists()
    assert not Job.objects.exists()


def test_everything_but_the_fee_can_be_withdrawn(ana, withdraw, now, ask_at):
    withdraw(amount=Money(97_500_00))
    ask_at(now)

    assert balance(ana, now) == 0


@pytest.mark.parametrize(
    ("code", "number", "error"),
    [
        ("no", "1234567890", errors.BankUnknown),
        ("014", "12 34", errors.BankAccountInvalid),
        ("014", "１２３４５６７８", errors.BankAccountInvalid),
        ("014", "9" * 40, errors.BankAccountInvalid),
        ("014", "9999999999", errors.BankAccountUnknown),
    ],
    ids=["bank", "short", "full-width digits", "long", "unknown"],
)
def test_account_that_cannot_be_right_is_refused_at_its_field(ana, now, code, number, error):
    with pytest.raises(error):
        api.find_bank_account(code, number, user_id=ana.pk, now=now)


def test_account_number_is_taken_as_people_write_it(ana, now):
    assert api.find_bank_account("014", "1234-567 890", user_id=ana.pk, now=now) == TO


def test_bank_is_asked_about_thirty_accounts_of_a_person_a_day(ana, now):
    def find(moment):
        return api.find_bank_account("014", TO.number, user_id=ana.pk, now=moment)

    for _time in range(30):
        find(now)

    with pytest.raises(RateLimited):
        find(now)
    with pytest.raises(errors.BankAccountInvalid):
        api.find_bank_account("014", "1", user_id=ana.pk, now=now)
    assert find(now + timedelta(days=1)) == TO


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize("amount", ["x", "9.000", "100.000"], ids=["none", "too small", "above the balance"])
def test_bank_says_no_name_to_who_cannot_withdraw(ana, bank, monkeypatch, amount):
    asked = []
    monkeypatch.setattr(bank, "find_holder", asked.append)

    page = browser_of(ana).post("/dompet/tarik/", {"bank": "014", "account": TO.number, "amount": amount})

    assert (page.status_code, asked) == (422, [])


def test_others_withdrawal_is_not_found(ana, withdraw, make_user):
    row = withdraw()

    with pytest.raises(errors.WithdrawalNotFound):
        get_withdrawal(make_user("eve").pk, row.public_id)


def test_bank_is_asked_by_one_job_at_a_time(ana, withdraw, now):
    withdraw()
    assert follow_withdrawals(now) == 0

    Job.objects.update(state=Job.State.DONE, ended_at=now)
    assert follow_withdrawals(now) == 1
    assert follow_withdrawals(now) == 0


def test_many_who_ask_at_once_transfer_a_withdrawal_once(real_db, make_payer, now, monkeypatch, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    ana = make_payer("ana", 100_000_00)
    row = api.request_withdrawal(
        user_id=ana.pk, to=TO, amount=AMOUNT, device_id=None, pin=PIN, idempotency_key="k", now=now
    )
    monkeypatch.setattr(clock, "now", lambda: now)

    outcomes = concurrency.run_together(*[lambda: ask_bank(None)] * 6)

    assert outcomes == [None] * 6
    assert len(fake.transfers) == 1
    assert state(row) == "done"
    assert check_integrity(now=now) == []
