"""A purchase that is interrupted: what stands in the way is said first, and everything typed is there afterwards."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from payments import api as payments
from shop.models import Order
from tests.payments.purses import PIN, balance
from tests.payments.purses import browser_of as browser_on_device
from tests.payments.test_pin_pages import ask_for_pin
from tests.shop.conftest import ADDRESS
from tests.shop.html_clients import browser_of, text
from tests.shop.test_checkout_pages import begin, purchase

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


def quantity_on(page) -> str:
    return page.content.decode().split('name="quantity"')[1].split('value="')[1].split('"')[0]


def back_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["next"][0]


def first_payment(**fields):
    form = purchase(new_pin=PIN, again=PIN, **fields)
    del form["pin"]
    return form


def test_first_pin_is_set_with_the_first_payment(make_payer, product, now):
    dewi = make_payer("dewi", 100_000_00, pin=None)
    browser = browser_on_device(dewi, is_trusted=True)
    address = begin(browser, product)

    page = browser.get(address)
    differing = browser.post(address, first_payment(quantity="2", expected="5000000") | {"again": "000000"})
    bought = browser.post(address, first_payment(quantity="2", expected="5000000"))

    assert "Ini pembayaran pertamamu" in text(page)
    assert 'name="new_pin"' in page.content.decode()
    assert (differing.status_code, quantity_on(differing)) == (422, "2")
    assert bought.status_code == 302
    order = Order.objects.get()
    assert (order.total_sen, order.address) == (50_000_00, ADDRESS)
    assert balance(dewi, now) == 50_000_00
    assert payments.get_pin_state(dewi.pk, now=now).is_set


def test_pin_set_elsewhere_meanwhile_is_asked_for_before_buying(make_payer, product, now):
    dewi = make_payer("dewi", 100_000_00, pin=None)
    browser = browser_on_device(dewi, is_trusted=True)
    address = begin(browser, product)
    browser.get(address)
    payments.set_first_pin(user_id=dewi.pk, pin="802957", now=now)

    refused = browser.post(address, first_payment())

    assert refused.status_code == 409
    assert 'name="pin"' in refused.content.decode()
    assert 'name="new_pin"' not in refused.content.decode()
    assert not Order.objects.exists()


def test_untrusted_device_shows_its_waiting_day_and_keeps_the_form(make_payer, product):
    dewi = make_payer("dewi", 100_000_00, pin=None)
    browser = browser_on_device(dewi)
    address = begin(browser, product)

    page = browser.get(address).content.decode()
    forged = browser.post(address, first_payment())
    led = browser.post(address, purchase(quantity="3", note="Biru", do="new_pin"))
    back = browser.get(back_of(led.url))

    assert page.index("Perangkat ini masih baru di akunmu") < page.index('name="quantity"')
    assert 'name="pin"' not in page
    assert 'name="new_pin"' not in page
    assert forged.status_code == 403
    assert led.url.startswith("/dompet/pin/lupa/?next=")
    assert f'value="{back_of(led.url)}"' in browser.get(led.url).content.decode()
    assert quantity_on(back) == "3"
    assert 'value="Biru"' in back.content.decode()
    assert ADDRESS["text"] in text(back)
    assert "Kamu melanjutkan pembelian tadi: 3 buah." in text(back)
    assert not Order.objects.exists()


def test_empty_wallet_is_reported_first_and_top_up_returns_to_checkout(make_payer, product):
    browser = browser_of(make_payer("chandra", 1_000_00))
    address = begin(browser, product)

    page = browser.get(address).content.decode()
    led = browser.post(address, purchase(quantity="2", do="top_up"))
    counter = browser.get(led.url).content.decode()
    back = browser.get(back_of(led.url))

    assert page.index("Saldomu belum cukup") < page.index('name="quantity"')
    assert page.count("Saldomu Rp1.000") == 1
    assert f'href="{back_of(led.url)}"' in counter
    assert "Kembali ke pembelianmu" in counter
    assert (quantity_on(back), ADDRESS["town"] in back.content.decode()) == ("2", True)


def test_purchase_left_for_a_top_up_is_resumed_from_the_product_page(make_payer, product):
    browser = browser_of(make_payer("chandra", 1_000_00))
    address = begin(browser, product)
    browser.post(address, purchase(quantity="2", note="Biru", do="top_up"))

    again = begin(browser, product)
    page = browser.get(again)
    anew = begin(browser, product)

    assert (again, quantity_on(page), 'value="Biru"' in page.content.decode()) == (address, "2", True)
    assert "Kamu melanjutkan pembelian tadi: 2 buah. Mulai dari awal" in text(page)
    assert anew != address


def test_purchase_resumed_directly_can_be_restarted(make_payer, product):
    browser = browser_of(make_payer("chandra", 1_000_00))
    led = browser.post(address := begin(browser, product), purchase(quantity="2", do="top_up"))
    browser.get(back_of(led.url))

    assert begin(browser, product) != address


def test_empty_wallet_has_a_top_up_button_instead_of_pay(make_payer, product):
    browser = browser_of(make_payer("chandra", 1_000_00))

    page = browser.get(begin(browser, product)).content.decode()

    assert "Isi saldo dulu" in page[page.index('id="total-title"') :]
    assert page.count('value="top_up"') == 2


def test_locked_pin_is_reported_first_with_a_reset_link(ana, as_ana, product, now):
    for _try in range(5):
        as_ana.post(begin(as_ana, product), purchase(pin="999999"))

    page = as_ana.get(begin(as_ana, product)).content.decode()

    assert page.index("PIN-mu terkunci") < page.index('name="quantity"')
    assert 'value="new_pin"' in page
    assert 'name="pin"' not in page


def test_quantity_is_one_in_a_new_purchase_and_kept_in_a_resumed_one(as_ana, product):
    first = begin(as_ana, product)
    as_ana.post(first, purchase(quantity="2", expected="5000000", pin="999999"))

    anew, resumed = as_ana.get(begin(as_ana, product)), as_ana.get(first)

    assert (quantity_on(anew), ADDRESS["text"] in text(anew)) == ("1", True)
    assert "melanjutkan" not in text(anew)
    assert quantity_on(resumed) == "2"
    assert "Kamu melanjutkan pembelian tadi: 2 buah. Mulai dari awal" in text(resumed)


def test_quantity_is_one_after_a_purchase(as_ana, product):
    as_ana.post(begin(as_ana, product), purchase(quantity="3", expected="7500000"))

    assert Order.objects.count() == 1
    assert quantity_on(as_ana.get(begin(as_ana, product))) == "1"


def test_refused_purchase_is_resumed_with_the_next_key(as_ana, bo, product, now):
    address = begin(as_ana, product)
    as_ana.post(address, purchase(quantity="2", expected="1"))

    assert quantity_on(as_ana.get(address)) == "2"


def test_pin_page_returns_to_no_other_site(make_payer):
    browser = browser_on_device(make_payer("dewi", 1_000_00, pin=None), is_trusted=True)

    for address in ("https://evil.example/", "//evil.example/", "dompet", "javascript:alert(1)"):
        page = browser.get("/dompet/pin/", {"next": address}).content.decode()
        assert 'name="next" value="/dompet/"' in page, address


def test_first_pin_page_returns_to_its_origin_page(make_payer):
    browser = browser_on_device(make_payer("dewi", 1_000_00, pin=None), is_trusted=True)

    saved = browser.post("/dompet/pin/", {"pin": PIN, "again": PIN, "next": "/beli/x/"})

    assert (saved.status_code, saved.url) == (302, "/beli/x/")


def test_pin_after_its_waiting_day_is_offered_at_checkout(make_payer, product, now, monkeypatch, codes):
    dewi = make_payer("dewi", 100_000_00, pin=None)
    browser = browser_on_device(dewi)
    ask_for_pin(browser, codes)
    address = begin(browser, product)
    waiting = text(browser.get(address))
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(days=1, minutes=1))
    ready = browser.get(address).content.decode()
    led = browser.post(address, purchase(quantity="2", do="new_pin"))
    saved = browser.post(led.url, {"step": "set", "pin": PIN, "again": PIN, "next": back_of(led.url)})

    assert "PIN-mu baru bisa dibuat nanti" in waiting
    assert "PIN-mu sudah bisa dibuat" in ready
    assert saved.url == back_of(led.url)
    assert quantity_on(browser.get(saved.url)) == "2"
