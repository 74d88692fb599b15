"""The product's client of a bank, on the wire to the simulated one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.adapters.bank import (
    BankAccount,
    BankNotAsked,
    BankRefused,
    BankSilent,
    RefusalReason,
    TransferState,
)
from payments.adapters.snap_bank import SnapBank
from payments.domain.qris import read_qris
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.harness.ports import free_port

AMOUNT = Money(25_000_00)


@pytest.fixture
def client(bank):
    return SnapBank(f"http://127.0.0.1:{bank.port}", bank.keys, seconds_max=3)


@pytest.fixture
def own(bank):
    return BankAccount(bank_code=bank.keys.bank_code, number="1000000002")


OTHER = BankAccount(bank_code="901", number="2100000001")


@pytest.fixture(params=["own", "other"])
def to(request, own):
    """An account at this bank, and one at another."""
    return own if request.param == "own" else OTHER


def transfer(client, to, reference, amount=AMOUNT):
    return client.transfer(to, amount, partner_reference=reference, now=clock.now())


def status(client, to, reference):
    return client.get_transfer_status(to, partner_reference=reference).state


def test_holder_of_an_account_is_named(client, to):
    assert client.find_holder(to).holder


def test_unknown_account_is_refused_as_unknown(client, own):
    with pytest.raises(BankRefused) as refusal:
        client.find_holder(BankAccount(bank_code=own.bank_code, number="1111111111"))

    assert refusal.value.reason == RefusalReason.ACCOUNT_UNKNOWN


def test_transfer_is_done_once_and_its_status_says_so(client, bank, to):
    reference = ids.new_id().hex
    to = client.find_holder(to)

    first, again = transfer(client, to, reference), transfer(client, to, reference)

    assert (first.state, again.state) == (TransferState.DONE, TransferState.DONE)
    assert first.bank_reference == again.bank_reference
    assert status(client, to, reference) == TransferState.DONE
    assert bank.entries_of(reference) == [-AMOUNT.amount_minor]


def test_transfer_above_the_balance_is_refused(client, own):
    with pytest.raises(BankRefused) as refusal:
        transfer(client, own, ids.new_id().hex, Money(10**13))

    assert refusal.value.reason == RefusalReason.INSUFFICIENT_FUNDS


@pytest.mark.parametrize(
    ("fault", "state"),
    [("drop_before_commit", TransferState.UNKNOWN), ("drop_after_commit", TransferState.DONE)],
)
def test_answer_that_is_cut_off_is_silence_and_the_status_tells(client, bank, own, fault, state):
    reference = ids.new_id().hex
    bank.fault(fault, times=1, value="transfer")

    with pytest.raises(BankSilent) as silence:
        transfer(client, own, reference)

    assert not isinstance(silence.value, BankNotAsked)
    assert status(client, own, reference) == state


def test_late_answer_is_silence_within_the_time(bank, own):
    client = SnapBank(f"http://127.0.0.1:{bank.port}", bank.keys, seconds_max=0.5)
    client.get_balance()
    bank.fault("delay", times=1, value="2")

    with pytest.raises(BankSilent):
        client.get_balance()


def test_accepted_transfer_is_pending_until_the_bank_says_it_failed(client, bank, own):
    reference = ids.new_id().hex
    bank.fault("accept_then_fail", times=1, value="0")

    assert transfer(client, own, reference).state == TransferState.PENDING
    assert status(client, own, reference) == TransferState.FAILED
    assert sum(bank.entries_of(reference)) == 0


@pytest.mark.parametrize("code", ["500", "504"])
def test_error_of_the_bank_itself_is_silence(client, bank, code):
    client.get_balance()
    bank.fault("answer", times=1, value=code)

    with pytest.raises(BankSilent):
        client.get_balance()


def test_token_that_ended_early_is_asked_for_again_and_the_request_is_done_once(client, bank, own):
    reference = ids.new_id().hex
    client.get_balance()
    bank.fault("expired_token", times=1)

    assert transfer(client, own, reference).state == TransferState.DONE
    assert bank.entries_of(reference) == [-AMOUNT.amount_minor]


def test_bank_that_does_not_listen_was_not_asked(bank, own):
    client = SnapBank(f"http://127.0.0.1:{free_port()}", bank.keys, seconds_max=3)

    with pytest.raises(BankNotAsked):
        transfer(client, own, ids.new_id().hex)


def test_code_says_its_amount_and_can_be_read(client):
    made = client.generate_qr(
        AMOUNT, partner_reference=ids.new_id().hex, expires_at=clock.now() + timedelta(minutes=30)
    )

    code = read_qris(made.content)
    assert (code.is_dynamic, code.amount) == (True, AMOUNT)
    assert made.bank_reference


def test_history_has_what_left_under_our_reference_over_several_pages(client, own, monkeypatch):
    monkeypatch.setattr("payments.adapters.snap_bank.HISTORY_PAGE_ROWS", 2)
    references = [ids.new_id().hex for _ in range(5)]
    since = clock.now() - timedelta(seconds=2)
    for reference in references:
        transfer(client, own, reference, Money(1_000_00))

    found = client.list_history(since, clock.now() + timedelta(seconds=2))

    ours = [entry for entry in found if entry.partner_reference in references]
    assert sorted(entry.partner_reference for entry in ours) == sorted(references)
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    assert {entry.amount for entry in ours} == {Money(-1_000_00)}


def test_balance_is_what_the_books_say(client, bank):
    assert client.get_balance().amount_minor == bank.balances()[bank.keys.account_number]
