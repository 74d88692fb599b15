"""Pages of buyers and merchants, as forms without modules."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from payments import api as payments
from shop import api
from shop.models import Order
from superapp.core import signed_receipts
from superapp.core.money import Money
from tests.payments.purses import PIN, balance
from tests.shop.conftest import ADDRESS
from tests.shop.html_clients import browser_of, text

NONE = re.compile(r"Belum ada pesanan|Semua beres|Rp ?0\b")


pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_eve(make_payer):
    return browser_of(make_payer("eve", 500_000_00))


def begin(browser, product):
    answer = browser.get(reverse("shop:begin", args=[product.public_id]))
    assert answer.status_code == 302
    return answer.url


def purchase(total_sen=25_000_00, **fields):
    return {**ADDRESS, "quantity": "1", "note": "", "expected": str(total_sen), "pin": PIN, **fields}


# Buying.


def test_checkout_page_shows_everything_before_paying(as_ana, product):
    page = as_ana.get(begin(as_ana, product))

    said = text(page)
    assert page.status_code == 200
    assert "Gelang manik" in said
    assert "Manik Bo, Yogyakarta" in said
    assert "Rp25.000" in said
    assert "Saldomu Rp1.000.000." in said
    assert "Ongkir tidak termasuk dalam total ini. Tanyakan ke toko berapa ongkirnya dan cara membayarnya." in said


def test_checkout_form_buys_pays_and_redirects_to_the_order(as_ana, ana, product, now):
    bought = as_ana.post(begin(as_ana, product), purchase())

    order = Order.objects.get()
    assert (bought.status_code, bought.url) == (302, f"/pesanan/{order.pk}/")
    assert (order.address, order.total_sen) == (ADDRESS, 25_000_00)
    assert balance(ana, now) == 975_000_00
    assert "Pesananmu sudah masuk, menunggu diterima toko" in text(as_ana.get(bought.url))


def test_checkout_page_sent_twice_or_reloaded_makes_one_order(as_ana, ana, product, now):
    address = begin(as_ana, product)

    first, again = (as_ana.post(address, purchase()) for _ in range(2))
    back = as_ana.get(address)

    assert first.url == again.url == back.url
    assert Order.objects.count() == 1
    assert balance(ana, now) == 975_000_00


def test_changed_price_is_shown_and_not_paid_until_confirmed(as_ana, ana, bo, product, now):
    address = begin(as_ana, product)
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)

    changed = as_ana.post(address, purchase())
    said = text(changed)
    anew = re.search(r'action="(/beli/[^"]+)"', changed.content.decode())[1]
    agreed = as_ana.post(anew, purchase(30_000_00))

    assert changed.status_code == 409
    assert "Harganya berubah. Kamu belum membayar apa pun." in said
    assert "Tadinya Rp25.000 ; sekarang Rp30.000" in said
    assert anew != address
    assert ADDRESS["text"] in said
    assert (agreed.status_code, Order.objects.get().total_sen) == (302, 30_000_00)
    assert balance(ana, now) == 970_000_00


def test_quantity_change_without_javascript_recalculates_first(as_ana, ana, product, now):
    address = begin(as_ana, product)

    counted = as_ana.post(address, purchase(quantity="3", do="count"))
    unseen = as_ana.post(address, purchase(quantity="3"))

    assert counted.status_code == 200
    assert "Rp75.000" in text(counted)
    assert 'name="expected" value="7500000"' in counted.content.decode()
    assert unseen.status_code == 409
    assert not Order.objects.exists()
    assert balance(ana, now) == 1_000_000_00


def test_quantity_change_without_javascript_shows_the_new_total(as_ana, ana, product, now):
    address = begin(as_ana, product)

    unseen = as_ana.post(address, purchase(quantity="3", expected_quantity="1"))
    agreed = as_ana.post(address, purchase(7_500_000, quantity="3", expected_quantity="3"))

    assert unseen.status_code == 409
    assert "Total untuk 3 barang sekarang Rp75.000 . Cek dulu, lalu bayar." in text(unseen)
    assert "Harganya berubah" not in text(unseen)
    assert 'name="expected_quantity" value="3"' in unseen.content.decode()
    assert (agreed.status_code, Order.objects.get().total_sen) == (302, 75_000_00)


def test_quantity_above_the_stock_is_reduced_to_the_stock(as_ana, product):
    refused = as_ana.post(begin(as_ana, product), purchase(quantity="12"))

    assert refused.status_code == 422
    assert "Stok tinggal 10. Jumlahnya kami ubah jadi 10." in text(refused)
    assert "Harganya berubah" not in text(refused)
    assert 'name="expected" value="25000000"' in refused.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"pin": "999999"}, 403, "PIN salah. Sisa percobaan"),
        ({"town": " "}, 422, "Isi kotanya."),
        ({"quantity": "0"}, 422, "Pilih jumlah dari 1 sampai 1.000."),
        ({"quantity": "-1"}, 422, "Pilih jumlah dari 1 sampai 1.000."),
        ({"quantity": "satu"}, 422, "Pilih jumlah dari 1 sampai 1.000."),
        ({"expected": "abc"}, 409, "Harganya berubah. Kamu belum membayar apa pun."),
        (
            {"quantity": "11", "expected": "27500000"},
            422,
            "Stok tinggal 10. Jumlahnya kami ubah jadi 10.",
        ),
    ],
)
def test_invalid_checkout_form_shows_errors_at_fields_and_pays_nothing(as_ana, ana, product, now, fields, status, said):
    refused = as_ana.post(begin(as_ana, product), purchase(**fields))

    assert refused.status_code == status
    assert said in text(refused)
    assert ADDRESS["text"] in text(refused)
    assert not Order.objects.exists()
    assert balance(ana, now) == 1_000_000_00


def test_checkout_with_too_little_money_links_to_topping_up(product, make_payer):
    chandra = make_payer("chandra", 1_000_00)
    browser = browser_of(chandra)
    address = begin(browser, product)

    page = text(browser.get(address))
    refused = browser.post(address, purchase())

    assert "Saldomu belum cukup Saldomu Rp1.000, kurang dari total di bawah." in page
    assert (refused.status_code, Order.objects.count()) == (409, 0)


def test_checkout_page_of_own_or_hidden_product_is_refused(as_bo, as_ana, bo, product, now):
    own = as_bo.get(begin(as_bo, product))
    address = begin(as_ana, product)
    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)
    hidden = as_ana.get(address)
    sent = as_ana.post(address, purchase())

    assert "Kamu tidak bisa membeli dari tokomu sendiri." in text(own)
    assert 'id="pin"' not in own.content.decode()
    # It is as if it had never been there: neither its name nor its price is shown to anybody else.
    assert (hidden.status_code, sent.status_code) == (404, 404)
    assert product.name not in text(hidden)
    assert not Order.objects.exists()


def test_html_in_checkout_fields_is_escaped(as_ana, as_bo, product):
    evil = "<script>alert(1)</script><b>"
    as_ana.post(begin(as_ana, product), purchase(text=evil, note=evil, town="<i>Sleman</i>"))
    order = Order.objects.get()

    for browser in (as_ana, as_bo):
        page = browser.get(f"/pesanan/{order.pk}/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "<i>Sleman" not in as_bo.get("/tokoku/").content.decode()


# Orders.


def test_order_is_in_both_lists_worded_for_each_role(as_ana, as_bo, order):
    bought, sold = as_ana.get("/pesanan/"), as_bo.get("/tokoku/")

    assert 'data-state="list"' in bought.content.decode()
    assert "Gelang manik × 2 Manik Bo Dibayar" in text(bought)
    assert "Pesanan baru, sudah dibayar" in text(sold)
    assert "Ana Lestari" not in text(bought)
    assert f'action="/pesanan/{order}/terima/"' in sold.content.decode()


def test_order_counter_without_rows_is_an_error_and_not_an_empty_list(as_ana, as_bo, order, monkeypatch):
    # Rows that are lost, as nothing of ours loses them: the database itself refuses a counter that tells of none.
    for read in ("list_newest", "list_todo"):
        monkeypatch.setattr(f"shop.queries.order_lists.{read}", lambda *_args, **_kwargs: [])

    for browser, path in ((as_ana, "/pesanan/"), (as_bo, "/tokoku/"), (as_bo, "/tokoku/pesanan/")):
        page = browser.get(path)
        assert (path, page.status_code) == (path, 503)
        assert not NONE.search(text(page)), path


def test_unreachable_database_is_reported_on_every_page_and_no_list_is_empty(
    as_ana, as_bo, order, product, monkeypatch
):
    paths = {
        "/pesanan/": as_ana,
        f"/pesanan/{order}/": as_ana,
        "/tokoku/": as_bo,
        "/tokoku/pesanan/": as_bo,
        "/tokoku/barang/": as_bo,
        f"/tokoku/barang/{product.public_id}/": as_bo,
        begin(as_ana, product): as_ana,
        "/dompet/": as_ana,
        f"/toko/manik-bo/{product.slug}/": Client(),
        "/toko/manik-bo/": Client(),
    }

    def out_of_reach(*_args, **_kwargs):
        raise OperationalError("the database is stopped")

    for browser in paths.values():
        browser.raise_request_exception = False
    with monkeypatch.context() as stopped:
        stopped.setattr("django.db.backends.utils.CursorWrapper.execute", out_of_reach)
        answers = {path: browser.get(path) for path, browser in paths.items()}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 503)
    for path, answer in answers.items():
        assert not NONE.search(text(answer)), path
        assert "Datamu tetap aman" in text(answer), path


def test_order_page_is_404_for_a_stranger(as_eve, order):
    verbs = ("terima", "kemas", "kirim", "resi", "sampai", "selesai", "batal")
    answers = [as_eve.get(f"/pesanan/{order}/")]
    answers += [as_eve.post(f"/pesanan/{order}/{verb}/", {"courier": "JNE", "resi": "JT1"}) for verb in verbs]
    nobody = as_eve.get(f"/pesanan/{uuid.uuid4()}/")

    assert [answer.status_code for answer in answers] == [404] * 8
    assert text(answers[0]) == text(nobody)
    assert Order.objects.get().state == "paid"


def test_order_goes_from_paid_to_released_by_forms(as_ana, as_bo, ana, order, now):
    for verb, fields in (("terima", {}), ("kemas", {}), ("kirim", {"courier": "JNE", "resi": "JT123"})):
        assert as_bo.post(f"/pesanan/{order}/{verb}/", fields).status_code == 302
    on_its_way = text(as_ana.get(f"/pesanan/{order}/"))
    assert as_ana.post(f"/pesanan/{order}/selesai/").status_code == 302
    done = as_ana.get(f"/pesanan/{order}/")

    assert "Dikirim dengan JNE, resi JT123 kata toko , Hari ini, 09.03 WIB" in on_its_way
    assert "Rp50.000 ditahan aman untuk pesanan ini. Toko belum menerimanya." in on_its_way
    assert "Pesananmu selesai" in text(done)
    assert "Rp50.000 diteruskan ke toko." in text(done)
    assert [reference["kind"] for reference in receipts_on(done)] == ["shop.order_paid", "shop.order_completed"]
    assert payments.get_escrow_balance(f"shop.order:{order}") == Money(0)


def receipts_on(page):
    found = re.findall(r'href="/bukti/periksa/#([^"]+)"', page.content.decode())
    return [signed_receipts.verify(one) for one in found]


def test_receipt_of_a_cancelled_order_shows_the_refund(as_ana, as_bo, order):
    path = f"/pesanan/{order}/"
    paid = as_ana.get(path)
    as_bo.post(f"{path}batal/", {"reason": "Stok habis"})

    gone = as_ana.get(path)

    assert [reference["kind"] for reference in receipts_on(gone)] == ["shop.order_paid"]
    assert receipts_on(gone) == receipts_on(paid)
    said = "Bukti pesanan Ini bukti kamu sudah membayar. Uangmu dikembalikan Hari ini, 09.03 WIB."
    assert ("Bukti bayar" in text(paid), said in text(paid)) == (True, False)
    assert ("Bukti bayar" in text(gone), said in text(gone)) == (False, True)
    assert "Uangmu dikembalikan " not in text(as_bo.get(path))


def test_receipt_page_is_404_for_the_merchant(as_bo, order):
    assert receipts_on(as_bo.get(f"/pesanan/{order}/")) == []


def test_button_of_an_outdated_page_changes_nothing_and_says_so(as_ana, as_bo, bo, order, now):
    seen = re.search(r'name="rev" value="(\d+)"', as_ana.get(f"/pesanan/{order}/").content.decode())[1]
    api.accept_order(user_id=bo.pk, order=order, now=now)

    late = as_ana.post(f"/pesanan/{order}/batal/", {"rev": seen, "reason": "Berubah pikiran"})

    assert late.status_code == 409
    assert "Pesanan ini sudah berubah" in text(late)
    assert "Pesananmu sedang disiapkan toko" in text(late)
    assert Order.objects.get().state == "accepted"


def test_shipping_form_without_a_tracking_number_shows_the_error(as_bo, bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)

    refused = as_bo.post(f"/pesanan/{order}/kirim/", {"courier": "JNE", "resi": " "})

    assert refused.status_code == 422
    assert "Isi nomor resinya." in text(refused)
    assert Order.objects.get().state == "accepted"


def test_cancellation_reason_is_shown_to_both(as_ana, as_bo, ana, order, now):
    gone = as_bo.post(f"/pesanan/{order}/batal/", {"reason": "Stok habis", "words": "Maaf, panennya gagal"})

    assert gone.status_code == 302
    for browser in (as_ana, as_bo):
        assert "“Maaf, panennya gagal”" in text(browser.get(gone.url))
    assert balance(ana, now) == 1_000_000_00


def test_shop_sees_only_the_town_of_a_cancelled_order(as_ana, as_bo, as_eve, ana, bo, order, now):
    path = f"/pesanan/{order}/"
    before = text(as_bo.get(path))
    as_ana.post(f"{path}batal/", {"reason": "Saya berubah pikiran"})

    theirs, mine = text(as_bo.get(path)), text(as_ana.get(path))

    for told in (ADDRESS["name"], ADDRESS["phone"], ADDRESS["text"]):
        assert (told in before, told in theirs, told in mine) == (True, False, True)
    assert ADDRESS["town"] in theirs
    assert api.fetch_order(user_id=bo.pk, order=order).address == {
        "name": "",
        "phone": "",
        "text": "",
        "town": "Yogyakarta",
    }
    assert api.fetch_order(user_id=ana.pk, order=order).address == ADDRESS
    assert as_eve.get(path).status_code == 404


def test_checkout_page_mentions_that_both_can_write_to_each_other(as_ana, product):
    said = text(as_ana.get(begin(as_ana, product)))

    assert "Toko bisa mengirimimu chat soal pesanan ini." in said


@pytest.mark.parametrize(("path", "most"), [("/pesanan/", 12), ("/tokoku/", 18)])
def test_order_list_takes_the_same_queries_for_many_orders(
    path, most, as_ana, as_bo, ana, product, buy, django_assert_max_num_queries
):
    browser = as_ana if path == "/pesanan/" else as_bo
    for _ in range(5):
        buy(ana, product)

    with django_assert_max_num_queries(most):
        page = browser.get(path)

    assert page.content.decode().count('class="known__row"') == 6  # And the blank one that modules clone.


def test_list_data_is_a_list_envelope(as_ana, order):
    answer = as_ana.get("/pesanan/", headers={"Accept": "application/json"})

    envelope = answer.json()
    assert (envelope["known"], envelope["complete"], envelope["source"]) == (True, True, "live")
    assert envelope["expected_count"] == 1
    assert [(row["id"], row["state"], row["total"]) for row in envelope["items"]] == [(str(order), "paid", "Rp50.000")]


def test_cached_shells_contain_no_person_and_no_orders(client):
    for path in ("/pesanan/luring/", "/tokoku/luring/"):
        page = client.get(path)
        assert page.status_code == 200
        assert 'data-state="loading"' in page.content.decode()
