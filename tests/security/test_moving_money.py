"""A fresh browser that logged in by a code alone neither releases, refunds, nor pays out: on no door, with no PIN."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from payments import api as payments
from payments.errors import NoPinOnNewDevice, PinNeeded, PinWrong
from payments.models import Journal, Pin, PinTries
from shop import api, errors
from shop.actions import disputes
from superapp.accounts import api as accounts
from superapp.core.money import Money
from tests.harness.socket_client import browser_on, log_in, make_trusted_device
from tests.payments.purses import PIN, balance
from tests.shop.html_clients import text

KEY = "01890000-0000-7000-8000-000000000009"
PIN_FIELD = 'name="pin"'


@pytest.fixture
def order(ana, bo, product, buy, now):
    """An order of ana's that was shipped, placed on no device that is here."""
    placed = buy(ana, product).order
    api.accept_order(user_id=bo.pk, order=placed, now=now)
    api.ship_order(user_id=bo.pk, order=placed, courier="JNE", resi="JT1", now=now)
    return placed


@pytest.fixture
def earned(ana, bo, product, buy, now):
    """Money of bo's shop that waits to be taken out."""
    placed = buy(ana, product, 2).order
    api.accept_order(user_id=bo.pk, order=placed, now=now)
    api.ship_order(user_id=bo.pk, order=placed, courier="JNE", resi="JT2", now=now)
    api.confirm_receipt(user_id=ana.pk, order=placed, device_id=make_trusted_device(ana), now=now)


def code_only(user) -> Client:
    """A fresh browser in which somebody logged in as this person with a code by SMS and nothing else."""
    return browser_on(log_in(user))


def rest(browser, path, **fields):
    return browser.post(f"/api/v1/{path}", json.dumps(fields), content_type="application/json")


# As whom, over which door, what: each answers (status, code or "").
ATTACKS = {
    "confirm over REST": lambda ana, bo, order: rest(ana, f"orders/{order}/confirm"),
    "merchant cancels over REST": lambda ana, bo, order: rest(bo, f"orders/{order}/cancel", reason="habis"),
    "withdraw over REST": lambda ana, bo, order: rest(bo, "shop/withdrawals", idempotency_key="x"),
    "withdraw an amount over REST": lambda ana, bo, order: rest(
        bo, "shop/withdrawals", idempotency_key="x", amount={"amount_minor": 1, "asset": "IDR"}
    ),
    "confirm on the page": lambda ana, bo, order: ana.post(f"/pesanan/{order}/selesai/"),
    "merchant cancels on the page": lambda ana, bo, order: bo.post(f"/pesanan/{order}/batal/", {"reason": "habis"}),
    "merchant refunds on the page": lambda ana, bo, order: bo.post(
        f"/pesanan/{order}/kembali/", {"amount": "1.000", "key": KEY}
    ),
    "withdraw on the page": lambda ana, bo, order: bo.post("/tokoku/tarik/", {"key": KEY}),
    "confirm with an empty PIN": lambda ana, bo, order: rest(ana, f"orders/{order}/confirm", pin=""),
    "confirm with blanks for a PIN": lambda ana, bo, order: ana.post(f"/pesanan/{order}/selesai/", {"pin": "   "}),
    "confirm with a wrong PIN": lambda ana, bo, order: rest(ana, f"orders/{order}/confirm", pin="000001"),
    "confirm with a wrong PIN on the page": lambda ana, bo, order: ana.post(
        f"/pesanan/{order}/selesai/", {"pin": "000001"}
    ),
}


@pytest.mark.parametrize("has_pin", [True, False])
@pytest.mark.parametrize("attack", ATTACKS)
def test_code_alone_moves_no_money(attack, has_pin, ana, bo, order, earned, now):
    if has_pin:
        payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    else:
        Pin.objects.update(pin_hash="", set_at=None)  # As somebody who never had one.
    before = Journal.objects.count(), balance(ana, now), balance(bo, now), api.fetch_merchant_balance(bo.pk)

    answer = ATTACKS[attack](code_only(ana), code_only(bo), order)

    assert answer.status_code == 403
    assert (Journal.objects.count(), balance(ana, now), balance(bo, now), api.fetch_merchant_balance(bo.pk)) == before
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "shipped"
    if answer.headers["Content-Type"] == "application/json":
        wanted = NoPinOnNewDevice if not has_pin else PinWrong if "wrong" in attack else PinNeeded
        assert answer.json()["code"] == wanted.code


@pytest.mark.parametrize("side", ["buyer", "merchant"])
def test_code_alone_does_not_cancel_what_was_just_paid(side, ana, bo, product, buy, now):
    order = buy(ana, product).order
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    browser = code_only({"buyer": ana, "merchant": bo}[side])

    refused = rest(browser, f"orders/{order}/cancel")
    page = browser.post(f"/pesanan/{order}/batal/")
    assert (refused.status_code, refused.json()["code"], page.status_code) == (403, PinNeeded.code, 403)
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "paid"

    assert rest(browser, f"orders/{order}/cancel", pin=PIN).status_code == 200
    assert balance(ana, now) == 1_000_000_00


def test_code_alone_neither_offers_nor_accepts_an_amount(ana, bo, order, now):
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    disputes.open_dispute(user_id=ana.pk, order=order, reason="rusak", expected_rev=None, now=now)
    buyer, merchant, address = code_only(ana), code_only(bo), f"/pesanan/{order}/masalah/"
    offer, seen = {"words": "maaf", "amount": "5.000"}, {"offer": "5", "amount": "5.000"}

    assert merchant.post(f"{address}jawab/", offer).status_code == 403
    assert merchant.post(f"{address}jawab/", offer | {"pin": PIN}).status_code == 302
    page = buyer.post(f"{address}terima/", seen)
    assert (page.status_code, PIN_FIELD in page.content.decode()) == (403, True)
    assert buyer.post(f"{address}terima/", seen | {"pin": "000001"}).status_code == 403
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "shipped"
    assert buyer.post(f"{address}terima/", seen | {"pin": PIN}).status_code == 302
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "completed"


def test_outsider_gets_not_found_and_uses_up_no_pin_try(ana, bo, order, make_payer, now):
    eve = make_payer("eve")

    for path in ("confirm", "cancel"):
        answer = rest(code_only(eve), f"orders/{order}/{path}", pin="000001")
        assert (answer.status_code, answer.json()["code"]) == (404, errors.OrderNotFound.code)

    assert not PinTries.objects.filter(user=eve).exists()


def test_impossible_transition_uses_up_no_pin_try(ana, bo, product, buy, now):
    order = buy(ana, product).order

    answer = rest(code_only(ana), f"orders/{order}/confirm", pin="000001")

    assert (answer.status_code, answer.json()["code"]) == (409, errors.NotNow.code)
    assert not PinTries.objects.filter(user=ana, wrong__gt=0).exists()


@pytest.mark.parametrize("by", ["pin", "trusted device", "placing device"])
def test_buyer_confirms_by_pin_placing_device_or_trusted_device(by, ana, bo, product, buy, now):
    device = log_in(ana)
    order = buy(ana, product, device_id=device.pk).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JT3", now=now)
    browser = browser_on(device) if by == "placing device" else code_only(ana)
    if by == "trusted device":
        trusted = log_in(ana)
        accounts.trust_device(user_id=ana.pk, device_id=trusted.pk, now=now)
        browser = browser_on(trusted)

    answer = rest(browser, f"orders/{order}/confirm", **({"pin": PIN} if by == "pin" else {}))

    assert answer.status_code == 200, answer.content
    assert api.fetch_order(user_id=ana.pk, order=order).summary.state == "completed"
    # Sent again, it is the same, and asks for nothing.
    assert rest(code_only(ana), f"orders/{order}/confirm").status_code == 200
    assert api.fetch_merchant_balance(bo.pk) == Money(25_000_00)


def test_device_of_another_persons_order_does_not_authorize(ana, bo, order, product, buy, now):
    shared = log_in(bo)
    api.fetch_order(user_id=ana.pk, order=order)

    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)

    with pytest.raises(PinNeeded):
        api.cancel_order(user_id=bo.pk, order=order, device_id=shared.pk, now=now)
    with pytest.raises(PinNeeded):
        # A device id of another person, even a trusted one, speaks for nobody.
        api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(bo), now=now)


def test_order_page_asks_for_the_pin_and_shows_errors_at_the_field(ana, order):
    browser, address = code_only(ana), f"/pesanan/{order}/"

    shown = browser.get(address).content.decode()
    empty = browser.post(f"{address}selesai/")
    wrong = browser.post(f"{address}selesai/", {"pin": "000001"})

    assert PIN_FIELD in shown
    assert (empty.status_code, wrong.status_code) == (403, 403)
    assert 'id="confirm-pin-problem"' in empty.content.decode()
    assert "PIN salah. Sisa percobaan: 4." in text(wrong)
    assert '<details class="ask" id="terima" open>' in wrong.content.decode()
    assert browser.post(f"{address}selesai/", {"pin": PIN}).status_code == 302


def test_order_page_of_an_authorized_device_asks_for_no_pin(ana, product, buy):
    device = log_in(ana)
    order = buy(ana, product, device_id=device.pk).order

    assert PIN_FIELD not in browser_on(device).get(f"/pesanan/{order}/").content.decode()
    assert PIN_FIELD in code_only(ana).get(f"/pesanan/{order}/").content.decode()


def test_new_device_without_a_pin_is_shown_the_next_step(bo, order, now, monkeypatch):
    device = log_in(bo)
    browser, address = browser_on(device), f"/pesanan/{order}/"

    first = browser.get(address)
    payments.request_pin_reset(user_id=bo.pk, device_id=device.pk, code_proved_at=now, now=now)
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(hours=1))
    waiting = browser.get(address)
    with pytest.raises(NoPinOnNewDevice) as asked:
        api.cancel_order(user_id=bo.pk, order=order, device_id=device.pk, now=now + timedelta(hours=1))
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(hours=25))
    over = browser.get(address)

    assert PIN_FIELD not in first.content.decode()
    assert "/dompet/pin/lupa/" in first.content.decode()
    assert "sehari" in text(first)
    # 02:03 UTC is 09:03 in Jakarta; a day later.
    assert "2 Maret 2027, 09.03 WIB" in text(waiting)
    assert asked.value.params["pin_from"].startswith("2027-03-02T02:03")
    assert "/dompet/pin/lupa/" in over.content.decode()


def test_merchant_payout_asks_for_the_pin_on_the_page(bo, earned, now):
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    browser = code_only(bo)

    assert PIN_FIELD in browser.get("/tokoku/").content.decode()
    refused = browser.post("/tokoku/tarik/", {"key": KEY, "pin": "000001"})
    assert (refused.status_code, 'id="withdraw-pin-problem"' in refused.content.decode()) == (403, True)
    assert balance(bo, now) == 0
    assert browser.post("/tokoku/tarik/", {"key": KEY, "pin": PIN}).status_code == 302
    assert balance(bo, now) == 50_000_00
    # The answer to a retry asks for nothing.
    assert browser.post("/tokoku/tarik/", {"key": KEY}).status_code == 302
