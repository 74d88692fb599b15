"""A settlement that does not match, from the bank's faults to the last cleared difference."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api
from payments.actions.bank_history import read_history
from payments.actions.cash_deposits import get_cash_at_counter
from payments.actions.charges import get_or_open_virtual_account
from payments.actions.float_checks import check_float
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.actions.simulated_deposits import bring_cash_to_simulated_bank
from payments.actions.withdrawals import ask_bank
from payments.adapters import banks
from payments.adapters.bank import BankAccount
from payments.maintenance.bank_proposals import BREAK, SUSPENSE
from payments.maintenance.integrity_checks import check_integrity
from payments.maintenance.reconciling import collect_and_reconcile
from payments.models import ReconciliationBreak
from payments.queries.reconciliation import day_of
from payments.queries.suspense import list_suspended
from superapp.console.actions.members import add_member
from superapp.console.actions.proposals import approve, propose
from superapp.console.contracts import Member
from superapp.console.models import ConsoleMember
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.harness.ports import free_port
from tests.payments.purses import PIN
from tests.simulators.running_bank import Bank
from tests.simulators.snap_client import StubProduct, rupiah
from tests.simulators.test_va_payments import SEKAR, bill


@pytest.fixture
def stub():
    port = free_port()
    stub = StubProduct(port)
    stub.port = port
    yield stub
    stub.close()


@pytest.fixture
def own_bank(stub, tmp_path, settings):
    """A bank of this test alone, to which the product is connected."""
    directory = tmp_path / "bank"
    directory.mkdir()
    bank = Bank(directory, f"http://127.0.0.1:{stub.port}")
    stub.keys = bank.keys
    settings.BANK_URL, settings.BANK_DIRECTORY = f"http://127.0.0.1:{bank.port}", directory
    settings.SIMULATED_BANK, settings.BANK_STATEMENT_URL = True, ""
    bank.process.start()
    yield bank
    bank.process.stop()


@pytest.fixture
def two(make_user):
    """Two finance members of the console."""

    def member(name):
        user = make_user(name)
        add_member(user, ["finance"], now=clock.now())
        row = ConsoleMember.objects.get(user=user)
        return Member(id=row.pk, user_id=user.pk, name=name, roles=frozenset(row.roles))

    return member("rini"), member("budi")


@pytest.fixture
def decide(two):
    """Have one member propose something and the other approve it."""
    maker, checker = two

    def decide_one(kind, **payload):
        made = propose(kind=kind, payload=payload, reason="checked with the bank", maker=maker, now=clock.now())
        row = approve(proposal=made, checker=checker, now=clock.now())
        assert row.state == "approved", row.outcome

    return decide_one


def open_breaks():
    rows = ReconciliationBreak.objects.filter(state="open").order_by("kind", "pk")
    return {(row.kind, row.statement_amount or 0): row for row in rows}


def test_settlement_that_does_not_match_is_cleared_by_two_operators(own_bank, stub, two, decide, make_user):
    ana, now = make_user("ana"), clock.now()
    day, later = day_of(now), now + timedelta(days=1)
    number = get_or_open_virtual_account(user_id=ana.pk, now=now).number
    customer = number.removeprefix(own_bank.keys.va_prefix.strip())
    references = []
    for amount in (50_000, 60_000, 70_000):
        stub.bills[customer] = bill(amount)
        told = own_bank.control("/payments/va", account=SEKAR, virtualAccountNo=number, amount=rupiah(amount))
        references.append(told[1]["referenceNo"])
    # The notification of the first one said another amount than the bank booked.
    wrong = BankCredit(bank_reference=references[0], paid_to=number, amount=Money(49_000_00), paid_at=now)
    place_incoming_payment(wrong, now=now)
    read_history(now=now + timedelta(seconds=2))
    assert api.get_wallet(ana.pk, now=now).balance == Money(179_000_00)
    own_bank.fault("missing_line")
    own_bank.fault("extra_line", value="12345")

    collect_and_reconcile(day, now=later)

    found = open_breaks()
    assert sorted(found) == [
        ("amount_differs", 50_000_00),
        ("balance_differs", 192_345_00),
        ("missing_in_statement", 0),
        ("unknown_line", 12_345_00),
    ]
    by_kind = {row.kind: row.pk for row in found.values()}
    decide(BREAK, **{"break": by_kind["amount_differs"], "do": "suspense"})
    decide(BREAK, **{"break": by_kind["unknown_line"], "do": "suspense"})
    rest = {ticket.amount: str(ticket.public_id) for ticket in list_suspended()}
    assert sorted(rest, key=lambda amount: amount.amount_minor) == [Money(1_000_00), Money(12_345_00)]
    decide(SUSPENSE, suspended=rest[Money(1_000_00)], way="wallet", user=ana.pk, bank_reference="")
    assert api.get_wallet(ana.pk, now=now).balance == Money(180_000_00)

    # The bank corrects its statement: the missing line is there, and the extra one gone; so the correction goes, too.
    collect_and_reconcile(day, now=later + timedelta(hours=1))
    [taken_back] = open_breaks().values()
    assert (taken_back.kind, taken_back.ledger_amount) == ("missing_at_bank", 12_345_00)
    decide(BREAK, **{"break": taken_back.pk, "do": "adjustment"})
    decide(SUSPENSE, suspended=rest[Money(12_345_00)], way="adjustment", user=None, bank_reference="")
    collect_and_reconcile(day, now=later + timedelta(hours=2))

    assert open_breaks() == {}
    assert list_suspended() == []
    assert {row.kind: row.note.split(":")[0] for row in ReconciliationBreak.objects.filter(checker=None)} == {
        "missing_in_statement": "statement",
        "balance_differs": "no_longer_told",
    }
    checked = check_float(now=later)
    assert checked.ledger_balance == checked.bank_balance == checked.owed == 180_000_00
    assert check_integrity(now=later) == []


def test_cash_is_paid_in_at_the_bank_once_for_each_slip(own_bank, two, make_user):
    maker, checker = two
    now, ana = clock.now(), make_user("ana")
    asked = api.request_top_up(user_id=ana.pk, amount=Money(90_000_00), reason="slip", maker_id=maker.user_id, now=now)
    api.approve_top_up(top_up=asked.public_id, checker_id=checker.user_id, now=now)
    brought = {
        "amount": Money(90_000_00),
        "slip": ids.new_id().hex,
        "reason": "evening",
        "maker_id": maker.user_id,
        "checker_id": checker.user_id,
        "now": now,
    }

    bring_cash_to_simulated_bank(**brought)
    bring_cash_to_simulated_bank(**brought)
    read_history(now=now + timedelta(seconds=2))

    assert get_cash_at_counter() == Money(0)
    assert banks.get_bank().get_balance() == Money(90_000_00)
    assert list_suspended() == []
    collect_and_reconcile(day_of(now), now=now + timedelta(hours=1))
    assert open_breaks() == {}


def test_payout_of_a_shop_is_matched_as_a_withdrawal_is(own_bank, make_payer):
    now = clock.now()
    own_bank.control("/deposits", account=own_bank.keys.account_number, amount=rupiah(100_000))
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    order = {"reference": "order:1", "authorization": BY_PIN, "now": now}
    api.pay_into_escrow(**order, payer_id=ana.pk, amount=Money(60_000_00), idempotency_key="p")
    api.release_escrow(**order, merchant="shop:1", fee=api.NO_FEE, idempotency_key="r")
    by_bo = {"merchant": "shop:1", "owner_id": bo.pk, "device_id": None, "pin": PIN, "now": now}
    to = BankAccount(bank_code=own_bank.keys.bank_code, number="1000000002", holder="Bagas")
    api.choose_payout_account(**by_bo, to=to)
    row = api.request_payout(**by_bo, account_version=1, amount=Money(40_000_00), idempotency_key="k")

    ask_bank(None)
    read_history(now=now + timedelta(seconds=2))
    found, _problems = collect_and_reconcile(day_of(now), now=now + timedelta(days=1))

    row.refresh_from_db()
    assert (row.state, open_breaks()) == ("done", {})
    assert (found.ledger_count, found.statement_count, found.agreed_count) == (2, 2, 2)


def test_withdrawal_that_the_bank_took_back_is_no_break(own_bank, make_payer, monkeypatch):
    now = clock.now()
    own_bank.control("/deposits", account=own_bank.keys.account_number, amount=rupiah(100_000))
    own_bank.fault("accept_then_fail", value="0")
    ana = make_payer("ana", 100_000_00)
    to = BankAccount(bank_code=own_bank.keys.bank_code, number="1000000002", holder="Bagas")
    row = api.request_withdrawal(
        user_id=ana.pk, to=to, amount=Money(40_000_00), device_id=None, pin=PIN, idempotency_key="k", now=now
    )

    for minutes in (0, 1):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        ask_bank(None)
    monkeypatch.undo()
    read_history(now=now + timedelta(seconds=2))
    found, _problems = collect_and_reconcile(day_of(now), now=now + timedelta(days=1))

    row.refresh_from_db()
    assert row.state == "failed"
    assert [told.statement_amount for told in open_breaks().values()] == []
    assert (found.ledger_count, found.statement_count, found.agreed_count) == (1, 3, 3)
