"""Pages of purchases that a bank pays, as forms without modules."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from payments import api as payments
from payments.adapters.bank import BankNotAsked
from shop.actions import pending_purchases
from shop.models import Order, PendingPurchase
from superapp.core import outbox
from tests.payments.purses import PIN
from tests.shop.bank_payments import Method, charge_of, pay
from tests.shop.conftest import ADDRESS, stock_of
from tests.shop.html_clients import browser_of, markup, text

pytestmark = pytest.mark.usefixtures("still_clock")
FORM = {**ADDRESS, "quantity": "1", "note": "", "expected": "2500000"}


@pytest.fixture
def newcomer(make_user):
    """A buyer with neither money nor a PIN, on a device on which they cannot set one yet."""
    return make_user("citra")


@pytest.fixture
def as_newcomer(newcomer):
    return browser_of(newcomer)


def begin(browser, product):
    return browser.get(reverse("shop:begin", args=[product.public_id])).url


def order_of(address):
    return UUID(address.rstrip("/").rpartition("/")[2])


def test_newcomer_without_money_and_pin_is_offered_both_ways(bank, as_newcomer, product):
    page = as_newcomer.get(begin(as_newcomer, product))

    said = text(page)
    assert "Bayar tanpa dompet" in said
    assert "Bayar dengan QRIS" in said
    assert "Transfer bank (virtual account)" in said


def test_wallet_stays_the_first_way(bank, as_ana, product):
    said = text(as_ana.get(begin(as_ana, product)))

    assert said.index("Dari dompetmu, paling cepat") < said.index("PIN-mu") < said.index("Atau bayar tanpa dompet")


def test_without_a_bank_no_way_is_offered_and_none_is_taken(settings, as_newcomer, product):
    settings.BANK_URL = ""
    address = begin(as_newcomer, product)
    assert "QRIS" not in text(as_newcomer.get(address))

    refused = as_newcomer.post(address, {**FORM, "do": "qris"})

    assert (refused.status_code, PendingPurchase.objects.count()) == (409, 0)
    assert "tidak bisa dibayar dengan cara ini" in text(refused)


def test_code_is_for_small_totals_alone(bank, settings, as_newcomer, product):
    settings.QRIS_PAYMENT_MAX_RUPIAH = 24_999
    address = begin(as_newcomer, product)

    said = text(as_newcomer.get(address))
    refused = as_newcomer.post(address, {**FORM, "do": "qris"})

    assert "Bayar dengan QRIS" not in said
    assert "Transfer bank (virtual account)" in said
    assert (refused.status_code, PendingPurchase.objects.count()) == (409, 0)


def test_purchase_by_code_shows_it_until_the_order_is_there(bank, as_newcomer, newcomer, bo, product, now):
    waiting = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "qris"})

    order = order_of(waiting.url)
    assert (waiting.status_code, waiting.url) == (302, f"/beli/bayar/{order}/")
    page = as_newcomer.get(waiting.url)
    said = text(page)
    assert "Rp25.000" in said
    assert "Bayar sebelum 09.33 WIB" in said
    assert "Menunggu pembayaranmu. Halaman ini diperbarui otomatis." in said
    assert 'class="qr-box"' in markup(page)
    assert bank.qr_codes == [charge_of(order).partner_reference]
    assert stock_of(product, bo) == (10, 1, 0)
    pay(PendingPurchase.objects.get(), now)
    assert "Pembayaranmu sudah masuk. Pesananmu sedang diteruskan ke toko." in text(as_newcomer.get(waiting.url))
    outbox.deliver_due(now)
    led = as_newcomer.get(waiting.url)
    assert (led.status_code, led.url) == (302, f"/pesanan/{order}/")
    assert "Pesananmu sudah masuk, menunggu diterima toko" in text(as_newcomer.get(led.url))


def test_virtual_account_is_shown_in_groups_and_copied_whole(bank, as_newcomer, newcomer, product):
    waiting = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "va"})

    number = charge_of(order_of(waiting.url)).virtual_account.number
    page = as_newcomer.get(waiting.url)
    assert payments.group_digits(number) in text(page)
    assert f'data-copy="{number}"' in markup(page)
    assert "Harus muncul namamu, Citra , dan tepat Rp25.000 ." in text(page)
    assert f"/va/?number={number}" in markup(page)


def test_form_sent_twice_or_reopened_leads_to_the_same_page(bank, as_newcomer, bo, product):
    address = begin(as_newcomer, product)
    first = as_newcomer.post(address, {**FORM, "do": "qris"})

    again, reopened = as_newcomer.post(address, {**FORM, "do": "qris"}), as_newcomer.get(address)

    assert again.url == reopened.url == first.url
    assert stock_of(product, bo) == (10, 1, 0)


def test_wallet_under_the_same_key_does_not_pay_beside_the_bank(bank, as_ana, product):
    address = begin(as_ana, product)
    waiting = as_ana.post(address, {**FORM, "do": "qris"})

    paid = as_ana.post(address, {**FORM, "pin": PIN})

    assert paid.url == waiting.url
    assert Order.objects.count() == 0


def test_second_purchase_of_the_same_product_leads_to_the_one_that_waits(bank, as_newcomer, product):
    first = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "qris"})

    second = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "va"})

    assert second.url == first.url
    assert "Yang ini belum kamu bayar." in text(as_newcomer.get(second.url))
    assert charge_of(order_of(first.url)).method == "va"


def test_fields_are_checked_and_the_pin_is_not(bank, as_newcomer, product):
    refused = as_newcomer.post(begin(as_newcomer, product), {**FORM, "town": "", "do": "qris"})

    assert refused.status_code == 422
    assert re.findall(r'id="(\w+)-problem"', markup(refused)) == ["town"]
    assert PendingPurchase.objects.count() == 0


def test_changed_total_is_shown_again_before_anything_is_held(bank, as_newcomer, product):
    refused = as_newcomer.post(begin(as_newcomer, product), {**FORM, "expected": "100", "do": "qris"})

    assert refused.status_code == 409
    assert "Harganya berubah" in text(refused)
    assert PendingPurchase.objects.count() == 0


def test_bank_without_a_code_is_said_and_the_number_remains(bank, as_newcomer, product, now):
    bank.is_silent = BankNotAsked("silent")
    waiting = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "qris"})
    order = order_of(waiting.url)
    assert "Bank sedang tidak bisa memberi kode QR. Kamu belum membayar apa pun." in text(as_newcomer.get(waiting.url))

    as_newcomer.post(waiting.url, {"do": "va"})
    assert charge_of(order).method == "va"
    bank.is_silent = None
    as_newcomer.post(waiting.url, {"do": "qris"})

    assert 'class="qr-box"' in markup(as_newcomer.get(waiting.url))


def test_cancelled_purchase_says_so_and_can_be_bought_again(bank, as_newcomer, bo, product):
    address = begin(as_newcomer, product)
    waiting = as_newcomer.post(address, {**FORM, "do": "qris"})

    as_newcomer.post(waiting.url, {"do": "cancel"})

    said = text(as_newcomer.get(waiting.url))
    assert "Kamu membatalkan pembelian ini. Kalau kamu sudah bayar, uangnya masuk ke dompetmu." in said
    assert "Beli lagi" in said
    assert stock_of(product, bo) == (10, 0, 0)
    # The address of the same checkout begins anew.
    assert as_newcomer.post(address, {**FORM, "do": "qris"}).url not in (waiting.url, address)


def test_expired_purchase_says_so(bank, as_newcomer, product, now):
    waiting = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "qris"})
    pending_purchases.expire_pending_purchase(order_of(waiting.url), now=now + timedelta(minutes=31))

    said = text(as_newcomer.get(waiting.url))

    assert "Waktu bayarnya sudah habis. Kalau kamu sudah bayar, uangnya masuk ke dompetmu." in said


def test_stranger_finds_no_page_and_changes_nothing(bank, as_newcomer, bo, make_user, product):
    waiting = as_newcomer.post(begin(as_newcomer, product), {**FORM, "do": "qris"})
    as_eve = browser_of(make_user("eve"))

    answers = [as_eve.get(waiting.url), *(as_eve.post(waiting.url, {"do": do}) for do in ("qris", "va", "cancel", ""))]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert as_eve.get("/beli/bayar/").json() == {"state": ""}
    assert PendingPurchase.objects.get().state == "open"
    assert charge_of(order_of(waiting.url)).method == "qris"


def test_list_of_orders_never_says_that_there_are_none_while_one_waits(
    bank, as_newcomer, newcomer, product, open_purchase, now
):
    pending = open_purchase(newcomer, product, 2, method=Method.VIRTUAL_ACCOUNT)

    said = text(as_newcomer.get("/pesanan/"))

    assert "Belum ada pesanan" not in said
    assert "Menunggu pembayaran Gelang manik × 2 Manik Bo Bayar sebelum 09.33 WIB Rp50.000" in said
    assert as_newcomer.get("/beli/bayar/").json() == {"state": str(pending.pk)}
    pay(pending, now)
    outbox.deliver_due(now)
    assert "Menunggu pembayaran" not in text(as_newcomer.get("/pesanan/"))
    assert as_newcomer.get("/beli/bayar/").json() == {"state": ""}


def test_waiting_page_and_list_ask_little(
    bank, as_newcomer, newcomer, shop, make_product, open_purchase, django_assert_max_num_queries
):
    purchases = [open_purchase(newcomer, make_product(shop, name=f"Barang {place}")) for place in range(5)]
    as_newcomer.get("/pesanan/")

    with django_assert_max_num_queries(7):
        as_newcomer.get("/pesanan/")
    with django_assert_max_num_queries(7):
        as_newcomer.get(f"/beli/bayar/{purchases[0].pk}/")
    with django_assert_max_num_queries(3):
        as_newcomer.get("/beli/bayar/")
