"""Refunds of orders by their merchant, and what both sides read about them."""

from __future__ import annotations

import pytest

from payments import api as payments
from payments.actions.refunds import carry_out_waiting
from payments.maintenance.integrity_checks import check_integrity as check_money
from payments.writers import ledger
from shop import api, errors
from shop.actions.refunds import refund_order
from shop.maintenance.integrity_checks import check_integrity
from shop.models import Order, OrderEvent
from superapp.core import ids
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, text

pytestmark = pytest.mark.usefixtures("still_clock", "whole")


@pytest.fixture
def whole(now):
    yield
    assert check_integrity(now=now) == check_money(now=now) == []


@pytest.fixture
def give(bo, order, now):
    device = make_trusted_device(bo)

    def refund(minor, number="r1", *, user=bo, device_id=device):
        return refund_order(
            user_id=user.pk,
            order=order,
            amount=Money(minor),
            reason="satu retak",
            number=number,
            device_id=device_id,
            pin="",
            now=now,
        )

    return refund


def complete(ana, bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    return api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now)


def total_of(order):
    return Order.objects.get(pk=order).total_sen


def test_part_of_an_open_order_goes_back_from_escrow_and_the_rest_to_the_shop(give, order, ana, bo, now):
    total, before = total_of(order), balance(ana, now)

    assert give(5_000_00).state == "done"
    done = complete(ana, bo, order, now)

    assert balance(ana, now) == before + 5_000_00
    assert api.fetch_merchant_balance(bo.pk) == Money(total - 5_000_00)
    assert [(step.transition, step.amount) for step in done.steps][1] == ("refunded", Money(5_000_00))
    of_buyer, of_shop = (text(browser_of(person).get(f"/pesanan/{order}/")) for person in (ana, bo))
    assert "Pengembalian Rp5.000 · “satu retak” Di dompetmu" in of_buyer
    assert "Sudah di dompet pembeli" in of_shop
    assert f"{Money(total - 5_000_00)} diteruskan ke toko." in of_buyer


def test_whole_of_an_open_order_is_refused_for_the_cancellation(give, order):
    with pytest.raises(errors.RefundWholeOrder):
        give(total_of(order))
    assert not OrderEvent.objects.filter(transition="refunded").exists()


def test_cancelled_order_refunds_what_is_left(give, order, ana, bo, now):
    before = balance(ana, now)
    give(5_000_00)

    api.cancel_order(user_id=bo.pk, order=order, device_id=make_trusted_device(bo), now=now)

    assert balance(ana, now) == before + total_of(order)
    with pytest.raises(errors.NotNow):
        give(1_00, "r2")


def test_repeated_number_is_one_event_and_one_refund(give, order, ana, now):
    before = balance(ana, now)

    first = give(5_000_00)

    assert give(5_000_00) == first
    assert OrderEvent.objects.filter(order_id=order, transition="refunded").count() == 1
    assert balance(ana, now) == before + 5_000_00


def test_completed_order_waits_for_the_balance_and_both_sides_read_that(give, order, ana, bo, now):
    complete(ana, bo, order, now)
    api.request_payout(owner_id=bo.pk, device_id=make_trusted_device(bo), idempotency_key="out", now=now)
    before = balance(ana, now)

    assert give(total_of(order)).state == "waiting"

    of_buyer, of_shop = (text(browser_of(person).get(f"/pesanan/{order}/")) for person in (ana, bo))
    assert "Menunggu saldo toko yang masih kurang" in of_buyer
    assert "Menunggu saldo tokomu yang masih kurang" in of_shop
    assert balance(ana, now) == before
    merchant = f"merchant:shop.storefront:{Order.objects.get(pk=order).shop.public_id}:IDR"
    _fund(merchant, total_of(order), now)
    assert carry_out_waiting(now) == 1
    assert balance(ana, now) == before + total_of(order)
    assert "Di dompetmu" in text(browser_of(ana).get(f"/pesanan/{order}/"))


def _fund(code, minor, now):
    from payments.domain import chart_of_accounts
    from payments.models import Account
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from tests.harness.authorizations import entry_fields

    cash = ledger.get_or_open_account("cash:counter:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=now)
    line = TransferLine(cash.pk, Account.objects.get(code=code).pk, Money(minor))
    ledger.post(JournalEntry(key=derive_key("t", "fund", {}), lines=(line,), **entry_fields("topped_up")), now=now)


@pytest.mark.parametrize("who", ["ana", "eve"])
def test_neither_buyer_nor_stranger_refunds(who, give, make_payer, ana, order, now):
    person = ana if who == "ana" else make_payer("eve")

    with pytest.raises((errors.NotNow, errors.OrderNotFound)):
        give(1_00, user=person, device_id=make_trusted_device(person))
    assert payments.list_refunds(f"shop.order:{order}") == []


def test_form_refunds_once_and_asks_for_the_pin_on_a_new_device(order, ana, bo, now):
    page, before = browser_of(bo, is_trusted=True), balance(ana, now)
    form = {"amount": "5.000", "reason": "retak", "key": str(ids.new_id())}

    assert browser_of(bo).post(f"/pesanan/{order}/kembali/", form).status_code == 403
    told = text(page.post(f"/pesanan/{order}/kembali/", form, follow=True))
    page.post(f"/pesanan/{order}/kembali/", form)

    assert "Pengembalian Rp5.000: Sudah di dompet pembeli" in told
    assert balance(ana, now) == before + 5_000_00


@pytest.mark.parametrize(("amount", "status"), [("x", 422), ("0", 422), ("999.999.999", 409)])
def test_wrong_amount_is_said_beside_its_field(amount, status, order, bo):
    form = {"amount": amount, "key": str(ids.new_id())}

    response = browser_of(bo, is_trusted=True).post(f"/pesanan/{order}/kembali/", form)

    assert response.status_code == status
    assert 'id="refund-amount-problem"' in response.content.decode()
