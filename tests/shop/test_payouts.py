"""Earnings of a shop: shown to its owner, and paid out into the wallet."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError

from payments import api as payments
from payments import errors as payment_errors
from shop import api, errors
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, text

WORDS = re.compile(r'name="key" value="([^"]+)"')


pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo, is_trusted=True)


@pytest.fixture
def sell(ana, bo, product, buy, now):
    """Sell two bracelets to the end: Rp50.000 less the fee."""

    def sell_one(resi="1"):
        order = buy(ana, product, 2).order
        api.accept_order(user_id=bo.pk, order=order, now=now)
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=resi, now=now)
        api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)
        shown = api.fetch_order(user_id=bo.pk, order=order)
        assert shown.fee is not None
        return shown.summary.total - shown.fee

    return sell_one


def key_on(page):
    return WORDS.search(page.content.decode().partition('class="group__paper group__paper--padded earnings"')[2])[1]


def test_merchant_balance_is_shown_and_paid_out(as_bo, bo, sell, now):
    net = sell()
    assert net == Money(50_000_00)
    page = as_bo.get("/tokoku/")
    assert "Saldo toko: Rp50.000 Tarik ke dompet" in text(page)

    taken = as_bo.post("/tokoku/tarik/", {"key": key_on(page)})

    assert (taken.status_code, taken.url) == (302, "/tokoku/")
    assert balance(bo, now) == 50_000_00
    said = text(as_bo.get("/tokoku/"))
    assert "Uangnya sudah di dompetmu." in said
    assert "Saldo toko: Rp0" in said
    assert "Tarik ke dompet" not in said
    assert "Penjualan · Manik Bo" in text(as_bo.get("/dompet/"))


def test_payout_form_sent_twice_pays_once_and_leaves_later_earnings(as_bo, bo, sell, now):
    sell()
    key = key_on(as_bo.get("/tokoku/"))
    as_bo.post("/tokoku/tarik/", {"key": key})
    sell("2")

    again = as_bo.post("/tokoku/tarik/", {"key": key})

    assert again.status_code == 302
    # The second sale is what is left; the wallet has room.
    assert "Uangnya sudah di dompetmu." in text(as_bo.get("/tokoku/"))
    assert balance(bo, now) == 50_000_00
    assert api.fetch_merchant_balance(bo.pk) == Money(50_000_00)


def test_payout_to_a_full_wallet_is_refused_and_the_balance_stays(settings, as_bo, bo, sell, now):
    settings.WALLET_CEILINGS = settings.WALLET_CEILINGS | {"basic": 60_000_00}
    sell()
    as_bo.post("/tokoku/tarik/", {"key": key_on(as_bo.get("/tokoku/"))})
    sell("2")

    part = as_bo.post("/tokoku/tarik/", {"key": key_on(as_bo.get("/tokoku/"))})
    page = as_bo.get(part.url)
    full = as_bo.post("/tokoku/tarik/", {"key": key_on(page)})

    assert "Sisanya tetap aman di sini." in text(page)
    assert full.status_code == 409
    assert "Saldo toko: Rp40.000" in text(full)
    assert str(payment_errors.CeilingExceeded().body()["message"]) in text(full)
    assert (balance(bo, now), api.fetch_merchant_balance(bo.pk)) == (60_000_00, Money(40_000_00))


def test_unreadable_balance_is_not_shown_as_zero(as_bo, sell, monkeypatch):
    def out_of_reach(*_args):
        raise OperationalError("the books are closed")

    sell()
    monkeypatch.setattr("payments.queries.find_account_with_inbox", out_of_reach)

    said = text(as_bo.get("/tokoku/"))

    assert "Saldo toko belum bisa ditampilkan. Uangmu aman." in said
    assert "Rp0" not in said
    assert "Tarik ke dompet" not in said


def test_payout_with_an_invalid_key_pays_nothing(as_bo, bo, sell, now):
    sell()

    assert as_bo.post("/tokoku/tarik/", {"key": "x"}).status_code == 422
    assert as_bo.get("/tokoku/tarik/").headers["Location"] == "/tokoku/"
    assert balance(bo, now) == 0


def test_payout_of_a_person_without_a_shop_is_refused(make_user, bo, sell, now):
    eve = make_user("eve")
    sell()

    with pytest.raises(errors.ShopNotFound):
        api.fetch_merchant_balance(eve.pk)
    with pytest.raises(errors.ShopNotFound):
        api.request_payout(owner_id=eve.pk, device_id=make_trusted_device(eve), idempotency_key="out", now=now)
    assert payments.get_wallet(eve.pk, now=now).balance == Money(0)
    assert api.fetch_merchant_balance(bo.pk) == Money(50_000_00)


def test_payout_page_on_a_new_device_asks_for_the_pin_only_when_paying(bo, shop, sell, now):
    sell()
    payments.set_first_pin(user_id=bo.pk, pin="802957", now=now)
    browser = browser_of(bo)

    page = browser.get("/tokoku/").content.decode()
    refused = browser.post("/tokoku/tarik/", {"key": key_on(browser.get("/tokoku/")), "pin": "111222"})

    folded = page.partition('<details class="ask">')[2].partition("</details>")[0]
    opener, _, form = folded.partition("</summary>")
    assert ("Tarik ke dompet" in opener, 'id="withdraw-pin"' in form) == (True, True)
    assert '<details class="ask" open>' in refused.content.decode()
    assert "PIN salah." in text(refused)
