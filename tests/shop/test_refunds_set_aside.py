"""Refunds of orders that a bank paid and that do not fit into the buyer's wallet: said as what they are, to both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.api import get_or_open_wallet
from payments.maintenance.integrity_checks import check_integrity as check_money
from payments.writers import ledger
from shop import api
from shop.actions import dispute_offers, disputes, refunds
from shop.maintenance.integrity_checks import check_integrity
from shop.maintenance.order_timers import run_due_timers
from superapp.core import outbox
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.bank_payments import pay
from tests.shop.html_clients import browser_of, text

ASIDE_FOR_ME = "Rp25.000 dikembalikan, tetapi tidak muat di dompetmu, jadi Nusa menyisihkannya untukmu."
ASIDE_FOR_BUYER = "Rp25.000 dikembalikan. Nusa menyisihkannya untuk pembeli."
IN_MY_WALLET = "Rp25.000 kembali ke dompetmu."

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def paid(make_user, product, open_purchase, now):
    """An order of Rp25.000 that a bank paid, and its buyer."""
    buyer = make_user("citra")
    pending = open_purchase(buyer, product)
    pay(pending, now)
    outbox.deliver_due(now + timedelta(days=1))
    return buyer, pending.pk


def fill_wallet(buyer, now):
    """Leave less room in the wallet than the order cost."""
    ledger.set_ceiling(get_or_open_wallet(user_id=buyer.pk, now=now).pk, 10_000_00)


def test_refund_that_does_not_fit_is_said_to_be_set_aside_to_both_sides(paid, bo, now):
    buyer, order = paid
    fill_wallet(buyer, now)
    mine, theirs = browser_of(buyer, is_trusted=True), browser_of(bo)
    before = text(mine.get(f"/pesanan/{order}/"))

    told = text(mine.post(f"/pesanan/{order}/batal/", {"reason": "Salah pesan"}, follow=True))

    assert "kalau tidak muat, Nusa menyisihkannya untukmu" in before
    assert f"Dibatalkan. {ASIDE_FOR_ME}" in told
    assert "Nusa menyisihkan pengembalian danamu pada" in told
    assert ASIDE_FOR_BUYER in text(theirs.get(f"/pesanan/{order}/"))
    for page in (told, text(theirs.get(f"/pesanan/{order}/"))):
        assert "ke dompet" not in page
        assert "uang dikembalikan" not in page
    assert balance(buyer, now) == 0
    assert api.fetch_order(user_id=bo.pk, order=order).set_aside == Money(25_000_00)
    assert check_integrity(now=now) == check_money(now=now) == []


def test_refund_that_fits_is_said_to_be_in_the_wallet(paid, now):
    buyer, order = paid
    mine = browser_of(buyer, is_trusted=True)

    told = text(mine.post(f"/pesanan/{order}/batal/", {"reason": "Salah pesan"}, follow=True))

    assert f"Dibatalkan. {IN_MY_WALLET}" in told
    assert "menyisihkan" not in told
    assert balance(buyer, now) == 25_000_00
    assert api.fetch_order(user_id=buyer.pk, order=order).set_aside == Money(0)


def test_order_of_a_wallet_promises_no_setting_aside(as_ana, order):
    assert "menyisihkan" not in text(as_ana.get(f"/pesanan/{order}/"))


def test_refund_by_a_timer_is_said_to_be_set_aside_too(paid, now):
    buyer, order = paid
    fill_wallet(buyer, now)

    assert run_due_timers(now + timedelta(days=2)) == 1

    page = text(browser_of(buyer).get(f"/pesanan/{order}/"))
    assert ASIDE_FOR_ME in page
    assert "uang dikembalikan" not in page


def test_suspended_refund_of_another_order_is_not_that_of_this_one(paid, ana, order, now):
    buyer, suspended = paid
    fill_wallet(buyer, now)
    api.cancel_order(user_id=buyer.pk, order=suspended, device_id=make_trusted_device(buyer), now=now)

    kept = api.cancel_order(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now)

    assert kept.set_aside == Money(0)


@pytest.fixture
def disputed(paid, bo, now):
    """The order on its way, about which its buyer says that something is wrong; then the wallet is filled."""
    buyer, order = paid
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    disputes.open_dispute(user_id=buyer.pk, order=order, reason="rusak", expected_rev=None, now=now)
    fill_wallet(buyer, now)
    return buyer, order


def accept_part(buyer, owner, order, part, now):
    """Have the merchant offer a part, and the buyer accept it: the order is completed."""
    told = {"order": order, "amount": Money(part), "pin": "", "expected_rev": None, "now": now}
    dispute_offers.answer_dispute(user_id=owner.pk, words="Maaf", device_id=make_trusted_device(owner), **told)
    offer = api.fetch_order(user_id=buyer.pk, order=order).steps[-1].version
    device = make_trusted_device(buyer)
    dispute_offers.accept_offer(user_id=buyer.pk, offer=offer, device_id=device, **told)


def test_part_after_a_dispute_that_does_not_fit_is_said_to_be_set_aside_on_the_completed_order(disputed, bo, now):
    buyer, order = disputed

    accept_part(buyer, bo, order, 11_000_00, now)

    mine, theirs = text(browser_of(buyer).get(f"/pesanan/{order}/")), text(browser_of(bo).get(f"/pesanan/{order}/"))
    assert "Rp14.000 diteruskan ke toko. Rp11.000 dikembalikan, tetapi tidak muat di dompetmu" in mine
    assert "Rp11.000 dikembalikan. Nusa menyisihkannya untuk pembeli." in theirs
    shown = api.fetch_order(user_id=buyer.pk, order=order)
    assert (shown.summary.state, shown.set_aside, balance(buyer, now)) == ("completed", Money(11_000_00), 0)


def test_part_after_a_dispute_that_fits_is_not_said_to_be_set_aside(disputed, bo, now):
    buyer, order = disputed

    accept_part(buyer, bo, order, 10_000_00, now)

    assert "menyisihkan" not in text(browser_of(buyer).get(f"/pesanan/{order}/"))
    assert balance(buyer, now) == 10_000_00


def test_refund_with_a_line_of_its_own_is_said_to_be_set_aside_once(disputed, bo, now):
    buyer, order = disputed
    accept_part(buyer, bo, order, 11_000_00, now)
    device = make_trusted_device(bo)
    given = {"amount": Money(12_000_00), "reason": "", "number": "r1", "device_id": device, "pin": "", "now": now}

    refunds.refund_order(user_id=bo.pk, order=order, **given)

    mine = text(browser_of(buyer).get(f"/pesanan/{order}/"))
    assert mine.count("Rp11.000 dikembalikan, tetapi tidak muat di dompetmu") == 1
    assert mine.count("Tidak muat di dompetmu, jadi Nusa menyisihkannya untukmu.") == 1
    assert api.fetch_order(user_id=buyer.pk, order=order).set_aside == Money(23_000_00)
