"""Pages of a shop's settlements: the rhythm, the next one, and nobody else's money."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from payments import api as payments
from payments.actions.settlements import settle_due
from shop import api
from shop.domain.payment_references import merchant_reference
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import PIN, balance
from tests.payments.settled import store_settlement
from tests.shop.html_clients import browser_of, text

PAGE = "/tokoku/pencairan/"
pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_bo(bo, shop, now):
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    return browser_of(bo, is_trusted=True)


@pytest.fixture
def sold(order, ana, bo, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    return api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now).summary


@pytest.fixture
def settled(sold, as_bo, now):
    as_bo.post(PAGE, {"rhythm": "daily", "pin": PIN})
    settle_due(now + timedelta(days=1))
    return as_bo.get(PAGE)


def address_on(page):
    found = re.search(rf'href="{PAGE}([0-9a-f-]{{36}}/)"', page.content.decode())
    return found[1] if found else ""


def test_rhythm_is_chosen_with_the_pin_and_stopped_without(as_bo, sold, move_clock, now):
    assert "Tidak aktif. Kamu bisa mencairkan sendiri kapan saja." in text(as_bo.get(PAGE))

    chosen = as_bo.post(PAGE, {"rhythm": "weekly", "pin": PIN})
    assert (chosen.status_code, chosen.url) == (302, PAGE)
    shown = text(as_bo.get(PAGE))
    assert "Tersimpan." in shown
    assert "Masuk ke dompetmu Senin," in shown
    assert "00.00 WIB" in shown

    move_clock(now + timedelta(seconds=1))
    as_bo.post(PAGE, {"rhythm": "by_hand"})
    assert "Tidak aktif. Kamu bisa mencairkan sendiri kapan saja." in text(as_bo.get(PAGE))


@pytest.mark.parametrize("pin", ["", "000001"])
def test_trusted_device_alone_does_not_choose_a_rhythm(as_bo, sold, pin):
    refused = as_bo.post(PAGE, {"rhythm": "daily", "pin": pin})

    assert refused.status_code == 403
    assert "PIN salah." in text(refused)
    assert "Tidak aktif. Kamu bisa mencairkan sendiri kapan saja." in text(as_bo.get(PAGE))


def test_unknown_rhythm_is_refused(as_bo):
    assert as_bo.post(PAGE, {"rhythm": "hourly", "pin": PIN}).status_code == 422


def test_person_without_a_pin_is_asked_to_set_one(bo, shop):
    browser = browser_of(bo, is_trusted=True)

    assert "Buat PIN dulu, lalu kembali ke sini." in text(browser.get(PAGE))
    assert browser.post(PAGE, {"rhythm": "daily"}).status_code == 409


def test_settlement_is_listed_and_adds_up_on_its_page(settled, as_bo, bo, sold, now):
    page = text(as_bo.get(f"{PAGE}{address_on(settled)}"))

    assert f"Penjualan {sold.total} Biaya" in page
    assert f"Masuk ke dompetmu {payments.get_wallet(bo.pk, now=now).balance}" in page
    assert balance(bo, now) > 0


def test_settlement_of_another_shop_is_not_found(settled, as_bo, make_user, now):
    address = f"{PAGE}{address_on(settled)}"
    eve = make_user("eve")
    assert browser_of(eve).get(address).status_code == 404

    api.open_shop(owner_id=eve.pk, handle="toko-eve", name="Toko Eve", town="Medan", now=now)

    browser = browser_of(eve)
    assert browser.get(address).status_code == 404
    assert address_on(browser.get(PAGE)) == ""
    assert as_bo.get(address).status_code == 200


def test_another_owner_cannot_stop_it(settled, make_user, bo, now):
    eve = make_user("eve")
    api.open_shop(owner_id=eve.pk, handle="toko-eve", name="Toko Eve", town="Medan", now=now)

    browser_of(eve).post(PAGE, {"rhythm": "by_hand"})

    merchant = f"shop.storefront:{api.find_shop(bo.pk).public_id}"
    assert payments.find_settlement_plan(merchant).rhythm == "daily"


def test_older_settlements_are_a_page_away(as_bo, bo, shop, now, monkeypatch):
    monkeypatch.setattr("shop.pages.settlements.PAGE_SIZE", 2)
    merchant = merchant_reference(shop.public_id)
    days = [now.date() - timedelta(days=back) for back in range(3)]
    made = [store_settlement(bo.pk, now, merchant=merchant, day=day).public_id for day in days]

    def listed(query):
        page = as_bo.get(PAGE, query).content.decode()
        return [one for one in made if str(one) in page], "sebelum=" in page

    assert listed({}) == (made[:2], True)
    assert listed({"sebelum": days[1].isoformat()}) == (made[2:], False)
    assert listed({"sebelum": "2027-02-31"}) == listed({"sebelum": "x"}) == listed({})
