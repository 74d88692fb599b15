"""Operators who sell: at the console they decide nothing about the money of their own shop."""

from __future__ import annotations

import pytest

from payments import api as payments
from payments.domain.chart_of_accounts import name_in
from payments.domain.reference_owners import find_owners
from payments.models import Account, Journal
from shop import api
from shop.actions.disputes import drop_dispute, open_dispute
from shop.models import Dispute
from superapp.console.models import Proposal
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device

FREEZES, JOURNALS = "/konsol/pembekuan/", "/konsol/jurnal/"


@pytest.fixture
def three(make_operator):
    return [make_operator(handle, "finance") for handle in ("penjual", "petugas", "pemeriksa")]


@pytest.fixture
def order(three, make_shop, make_product, buy, ana, now):
    """An order on its way from the first operator's shop."""
    owner = three[0].user
    order = buy(ana, make_product(make_shop(owner))).order
    api.accept_order(user_id=owner.pk, order=order, now=now)
    api.ship_order(user_id=owner.pk, order=order, courier="JNE", resi="1", now=now)
    return order


@pytest.fixture
def till(three, order, ana, now):
    """The balance of the first operator's shop, which sold something."""
    api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now)
    return Account.objects.get(code__startswith="merchant:shop.storefront:")


def approve(operator):
    """Approve the proposal, if one was made, and return what became of it."""
    row = Proposal.objects.filter(state="open").first()
    if row is None:
        return "none"
    operator.browser.post(f"/konsol/usulan/{row.public_id}/", {"do": "approve"})
    row.refresh_from_db()
    return row.state


@pytest.mark.parametrize(
    ("maker", "checker", "state"),
    [(0, 1, "none"), (1, 0, "open"), (1, 2, "approved")],
    ids=["owner proposes", "owner approves", "two others"],
)
def test_shop_is_opened_again_by_two_others(maker, checker, state, three, till):
    form = {"account": str(till.public_id), "reason": "fraud_reported", "note": "laporan"}
    three[2].browser.post(FREEZES, {"do": "freeze", **form})

    three[maker].browser.post(FREEZES, {"do": "unfreeze", **form})

    assert approve(three[checker]) == state
    till.refresh_from_db()
    assert till.status == ("open" if state == "approved" else "frozen")


@pytest.mark.parametrize(("maker", "checker", "state"), [(0, 1, "none"), (1, 0, "open"), (1, 2, "approved")])
def test_journal_by_hand_into_a_shop_is_made_by_two_others(maker, checker, state, three, till):
    merchant = till.code.removeprefix("merchant:").removesuffix(":IDR")
    before = payments.get_merchant_balance(merchant).total
    form = {"debit": "cash:counter:IDR", "credit": till.code, "amount": "10.000", "reason": "selisih"}

    three[maker].browser.post(JOURNALS, form)

    assert approve(three[checker]) == state
    gained = payments.get_merchant_balance(merchant).total - before
    assert gained == (Money(10_000_00) if state == "approved" else Money(0))


@pytest.mark.parametrize(("maker", "checker", "state"), [(0, 1, "none"), (1, 0, "open"), (1, 2, "approved")])
def test_journal_by_hand_out_of_an_order_is_made_by_two_who_are_no_party(maker, checker, state, three, order):
    escrow = Account.objects.get(kind="escrow")
    form = {"debit": escrow.code, "credit": "cash:counter:IDR", "amount": "10.000", "reason": "selisih"}

    three[maker].browser.post(JOURNALS, form)

    assert approve(three[checker]) == state
    assert Journal.objects.filter(kind="manual").exists() == (state == "approved")


@pytest.mark.parametrize(("maker", "checker", "state"), [(0, 1, "none"), (1, 0, "open"), (1, 2, "approved")])
def test_dispute_is_decided_by_two_who_are_no_party(maker, checker, state, three, order, ana, now):
    open_dispute(user_id=ana.pk, order=order, reason="Barang rusak", expected_rev=None, now=now)
    form = {"dispute": str(Dispute.objects.get().pk), "verdict": "refund", "reason": "foto jelas"}

    three[maker].browser.post("/konsol/sengketa/", form)

    assert approve(three[checker]) == state


def test_proposal_about_a_settled_dispute_closes_as_failed(three, order, ana, now):
    open_dispute(user_id=ana.pk, order=order, reason="Barang rusak", expected_rev=None, now=now)
    form = {"dispute": str(Dispute.objects.get().pk), "verdict": "refund", "reason": "foto jelas"}
    three[1].browser.post("/konsol/sengketa/", form)
    drop_dispute(user_id=ana.pk, order=order, expected_rev=None, now=now)

    assert approve(three[2]) == "failed"


def test_money_is_owned_by_those_to_whom_it_may_go(three, order, till, ana):
    owner = three[0].user

    assert find_owners(name_in(till.code)) == {owner.pk}
    assert find_owners(f"shop.order:{order}") == {owner.pk, ana.pk}
    for unknown in ("shop.order:x", "shop.storefront:x", "elsewhere:x", ""):
        assert find_owners(unknown) == set()
