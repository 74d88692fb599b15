"""Desks about the bank say whose payout a row is."""

from __future__ import annotations

import re

import pytest

from payments import api
from payments.adapters.bank import TransferState, TransferStatus
from payments.domain import purposes
from payments.domain.purposes import Purpose
from payments.models import BankMovement, ReconciliationBreak, StatementFile, StatementLine, Withdrawal
from payments.queries.reconciliation import OURS, fetch_payout_merchants
from tests.payments.payouts.world import AMOUNT, TO
from tests.payments.purses import PIN
from tests.payments.test_qris_payments import WARUNG


@pytest.fixture
def named(monkeypatch):
    """The shop is called "Warung Bo"."""
    prefix = WARUNG.partition(":")[0]
    monkeypatch.setitem(purposes._resolvers, prefix, lambda found: dict.fromkeys(found, Purpose(name="Warung Bo")))


@pytest.fixture
def paid_out(sell, choose, pay_out, bank, ask_at, now):
    """Have a payout carried out by the bank, which gives it a reference or none: ``paid_out("R9")``."""

    def carry_out(reference):
        bank._answer = lambda _answer: TransferStatus(state=TransferState.DONE, bank_reference=reference)
        sell()
        choose()
        row = pay_out()
        ask_at(now)
        row.refresh_from_db()
        assert (row.state, row.bank_reference) == ("done", reference)
        return row

    return carry_out


def make_break(reference, now):
    return ReconciliationBreak.objects.create(
        kind="missing_at_bank", reference=reference, day=now.date(), ledger_amount=-1_00, found_at=now, seen_at=now
    )


def tell(told_by, reference, amount, ours, now):
    """Store a movement as the bank tells it, in its history or in a statement."""
    if told_by == "history":
        BankMovement.objects.create(reference=reference, amount=amount, at=now, partner_reference=ours, read_at=now)
        return
    balances = {"lines_count": 3, "opening": 0, "closing": 0}
    file, _made = StatementFile.objects.get_or_create(
        day=now.date(), sha256="0" * 64, defaults={"received_at": now, **balances}
    )
    StatementLine.objects.create(
        file=file,
        number=file.lines.count() + 1,
        at=now,
        reference=reference,
        partner_reference=ours,
        amount=amount,
        balance_after=0,
    )


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.usefixtures("named")
def test_difference_about_a_payout_names_its_shop_in_lists_and_facts(paid_out, make_operator, now):
    paid_out("R9")
    browser = make_operator("petugas", "finance").browser
    one = make_break("R9", now)

    listed = text_of(browser.get("/konsol/rekonsiliasi/"))
    shown = text_of(browser.get(f"/konsol/selisih/{one.pk}/"))

    assert "pencairan Warung Bo" in listed
    assert "Pencairan dari Warung Bo" in shown


@pytest.mark.usefixtures("named")
def test_payout_without_a_reference_of_the_bank_is_found_by_ours(paid_out):
    reference = OURS + paid_out("").partner_reference

    assert fetch_payout_merchants([reference, "other"]) == {reference: "Warung Bo"}


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("told_by", ["history", "statement"])
def test_payout_that_came_back_is_found_by_what_the_bank_told_of_ours(told_by, sell, choose, pay_out, now):
    sell()
    choose()
    row = pay_out()
    Withdrawal.objects.filter(pk=row.pk).update(state="failed", closed_at=now)
    for reference, amount in (("OUT-1", -row.amount), ("BACK-1", row.amount)):
        tell(told_by, reference, amount, row.partner_reference, now)
    tell(told_by, "OTHER-1", -1, "of-somebody-else", now)

    found = fetch_payout_merchants(["OUT-1", "BACK-1", "OTHER-1"])

    assert found == {"OUT-1": "Warung Bo", "BACK-1": "Warung Bo"}


def test_merchant_that_has_no_name_is_called_by_its_reference(paid_out):
    paid_out("R9")

    assert fetch_payout_merchants(["R9"]) == {"R9": WARUNG}


@pytest.mark.usefixtures("named")
def test_withdrawal_of_a_person_is_nobodys_payout(ana, bank, ask_at, now):
    api.request_withdrawal(user_id=ana.pk, to=TO, amount=AMOUNT, device_id=None, pin=PIN, idempotency_key="w", now=now)
    ask_at(now)

    assert Withdrawal.objects.get().bank_reference == "BANK-1"
    assert fetch_payout_merchants(["BANK-1"]) == {}
