"""Operators who sell: at the console they decide nothing about the money of their own shop."""

from __future__ import annotations

import pytest

from payments import api as payments
from payments.models import Account
from shop import api
from superapp.console.models import Proposal
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device

FREEZES, JOURNALS = "/konsol/pembekuan/", "/konsol/jurnal/"


@pytest.fixture
def three(make_operator):
    return [make_operator(handle, "finance") for handle in ("penjual", "petugas", "pemeriksa")]


@pytest.fixture
def till(three, make_shop, make_product, buy, ana, now):
    """The balance of the first operator's shop, which sold something."""
    owner = three[0].user
    sold = buy(ana, make_product(make_shop(owner)))
    api.accept_order(user_id=owner.pk, order=sold.order, now=now)
    api.ship_order(user_id=owner.pk, order=sold.order, courier="JNE", resi="1", now=now)
    api.confirm_receipt(user_id=ana.pk, order=sold.order, device_id=make_trusted_device(ana), now=now)
    return Account.objects.get(code__startswith="merchant:shop.storefront:")


def approve(operator):
    row = Proposal.objects.get(state="open")
    operator.browser.post(f"/konsol/usulan/{row.public_id}/", {"do": "approve"})
    row.refresh_from_db()
    return row.state


@pytest.mark.parametrize(
    ("maker", "checker", "state"),
    [(0, 1, "open"), (1, 0, "open"), (1, 2, "approved")],
    ids=["owner proposes", "owner approves", "two others"],
)
def test_shop_is_opened_again_by_two_others(maker, checker, state, three, till):
    form = {"account": str(till.public_id), "reason": "fraud_reported", "note": "laporan"}
    three[2].browser.post(FREEZES, {"do": "freeze", **form})

    three[maker].browser.post(FREEZES, {"do": "unfreeze", **form})

    assert approve(three[checker]) == state
    till.refresh_from_db()
    assert till.status == ("open" if state == "approved" else "frozen")


@pytest.mark.parametrize(("maker", "checker", "state"), [(0, 1, "open"), (1, 0, "open"), (1, 2, "approved")])
def test_journal_by_hand_into_a_shop_is_made_by_two_others(maker, checker, state, three, till):
    merchant = till.code.removeprefix("merchant:").removesuffix(":IDR")
    before = payments.get_merchant_balance(merchant).total
    form = {"debit": "cash:counter:IDR", "credit": till.code, "amount": "10.000", "reason": "selisih"}

    three[maker].browser.post(JOURNALS, form)

    assert approve(three[checker]) == state
    gained = payments.get_merchant_balance(merchant).total - before
    assert gained == (Money(10_000_00) if state == "approved" else Money(0))
