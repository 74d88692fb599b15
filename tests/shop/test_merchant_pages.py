"""The merchant's console, as forms without modules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from shop import api
from shop.models import Product, Variant
from shop.pages.merchant import handle_from_name
from superapp.core.money import Money
from tests.shop.conftest import stock_of
from tests.shop.html_clients import browser_of, text

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo)


@pytest.fixture
def as_eve(make_payer):
    return browser_of(make_payer("eve", 500_000_00))


def test_shop_form_opens_a_shop_and_redirects_to_the_first_product(as_eve):
    opened = as_eve.post("/tokoku/buka/", {"name": "Kopi Gayo 99", "town": "Takengon", "handle": ""})

    assert (opened.status_code, opened.url) == (302, "/tokoku/barang/baru/")
    assert api.fetch_catalog_page("kopi-gayo-99").shop.town == "Takengon"
    assert "Barang pertamamu" in text(as_eve.get(opened.url))


def test_taken_shop_address_is_reported_at_its_field(as_eve, shop):
    refused = as_eve.post("/tokoku/buka/", {"name": "Manik", "town": "Solo", "handle": "manik-bo"})

    assert refused.status_code == 409
    assert "Tautan itu sudah dipakai." in text(refused)
    assert 'value="Solo"' in refused.content.decode()


def test_product_form_sent_twice_adds_one_product(as_bo):
    key = re.search(r'name="key" value="([^"]+)"', as_bo.get("/tokoku/barang/baru/").content.decode())[1]
    form = {"key": key, "name": "Kalung", "price": "Rp12.500", "quantity": "3", "description": "Manis", "do": "list"}

    first, again = (as_bo.post("/tokoku/barang/baru/", form) for _ in range(2))

    product, variant = Product.objects.get(), Variant.objects.get()
    assert (first.status_code, first.url) == (302, again.url)
    assert (variant.price_sen, product.state, variant.stock.on_hand) == (12_500_00, "listed", 3)
    assert "Kalung" in text(Client().get(f"/toko/manik-bo/{product.slug}/"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Isi nama barangnya."),
        ({"price": "gratis"}, "Isi harga dalam rupiah bulat"),
        ({"price": "0"}, "Isi harga dalam rupiah bulat"),
        ({"price": "10,50"}, "Isi harga dalam rupiah bulat"),
        ({"quantity": "banyak"}, "Pilih jumlah dari 0 sampai"),
        ({"quantity": "1.5"}, "Pilih jumlah dari 0 sampai"),
        ({"quantity": "1.5000"}, "Pilih jumlah dari 0 sampai"),
        ({"quantity": "1.000."}, "Pilih jumlah dari 0 sampai"),
        ({"quantity": "²"}, "Pilih jumlah dari 0 sampai"),
        ({"weight": "0"}, "Isi beratnya dalam gram tanpa koma, dari 1 sampai 500.000"),
        ({"weight": "1,5"}, "Isi beratnya dalam gram tanpa koma, dari 1 sampai 500.000"),
        ({"weight": "500.001"}, "Isi beratnya dalam gram tanpa koma, dari 1 sampai 500.000"),
    ],
)
def test_invalid_product_form_shows_errors_at_fields(as_bo, fields, said):
    form = {"key": "k", "name": "Kalung", "price": "12.500", "quantity": "3", "do": "list", **fields}

    refused = as_bo.post("/tokoku/barang/baru/", form)

    assert refused.status_code == 422
    assert said in text(refused)
    assert not Product.objects.exists()


def test_stock_form_after_a_concurrent_sale_asks_again(as_bo, ana, product, buy):
    address = f"/tokoku/barang/{product.public_id}/"
    counted = as_bo.post(address, {"do": "stock", "quantity": "25", "expected": "10", "key": "s1"})
    stale = as_bo.post(address, {"do": "stock", "quantity": "5", "expected": "10", "key": "s2"})

    assert counted.status_code == 302
    assert stale.status_code == 409
    assert "Stoknya baru saja berubah: sekarang 25." in text(stale)


def test_product_form_changes_text_price_and_position(as_bo, product):
    address = f"/tokoku/barang/{product.public_id}/"

    as_bo.post(address, {"do": "words", "name": "Gelang", "price": "26.000", "description": "Baru"})
    as_bo.post(f"{address}rak/", {"shown": "no"})

    stored = Product.objects.get()
    assert (stored.name, Variant.objects.get().price_sen, stored.state) == ("Gelang", 26_000_00, "hidden")
    assert Client().get(f"/toko/manik-bo/{stored.slug}/").status_code == 404


@pytest.mark.parametrize(("written", "pieces"), [("1500", 1500), (" 1.500 ", 1500), ("0", 0), ("12", 12)])
def test_stock_field_accepts_local_number_format(as_bo, bo, product, written, pieces):
    as_bo.post(f"/tokoku/barang/{product.public_id}/", {"do": "stock", "quantity": written, "key": "s1"})

    assert stock_of(product, bo)[0] == pieces


def test_outdated_product_form_does_not_restore_an_old_price(as_bo, bo, product, now):
    address = f"/tokoku/barang/{product.public_id}/"
    seen = version_on(as_bo.get(address))
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)
    form = {"do": "words", "name": "Gelang manik biru", "price": "25.000", "description": ""}

    stale = as_bo.post(address, {**form, "version": seen})
    price, name = Variant.objects.values_list("price_sen", "product__name").get()
    anew = as_bo.post(address, {**form, "price": "31.000", "version": version_on(stale)})

    assert stale.status_code == 409
    assert "Baru saja diubah dari tempat lain." in text(stale)
    assert "Yang tersimpan sekarang: Rp30.000" in text(stale)
    assert "Yang tersimpan sekarang: Gelang manik" in text(stale)
    assert 'value="Gelang manik biru"' in stale.content.decode()
    assert 'value="25.000"' in stale.content.decode()
    assert (price, name) == (30_000_00, "Gelang manik")
    assert anew.status_code == 302
    assert Variant.objects.values_list("price_sen", "product__name").get() == (31_000_00, "Gelang manik biru")


def test_product_form_sent_twice_is_saved_once_without_a_conflict(as_bo, product):
    address = f"/tokoku/barang/{product.public_id}/"
    form = {"do": "words", "name": "Gelang", "price": "26.000", "description": "", "version": str(product.version)}

    assert [as_bo.post(address, form).status_code for _ in range(2)] == [302, 302]


def version_on(page):
    return re.search(r'name="version" value="(\d+)"', page.content.decode())[1]


def test_product_of_another_shop_is_404(as_eve, product):
    as_eve.post("/tokoku/buka/", {"name": "Eve", "town": "Solo", "handle": "toko-eve"})
    address = f"/tokoku/barang/{product.public_id}/"

    answers = [as_eve.get(address), as_eve.post(address, {"do": "words", "name": "Eve", "price": "1"})]
    answers.append(as_eve.post(f"{address}rak/", {"shown": "no"}))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Product.objects.get().name == "Gelang manik"


def test_paused_shop_keeps_its_opening_hours(as_bo, shop):
    words = {"name": "Manik Bo", "town": "Yogyakarta", "about": "Manik-manik", "time_zone": "Asia/Makassar"}

    kept = as_bo.post("/tokoku/ubah/", {**words, "mon_from": "08:00", "mon_until": "17:00"})
    wrong = as_bo.post("/tokoku/ubah/", {**words, "mon_from": "18:00", "mon_until": "17:00"})
    as_bo.post("/tokoku/ubah/", {"is_open": "no"})

    now_shop = api.fetch_catalog_page("manik-bo").shop
    assert (kept.status_code, wrong.status_code) == (302, 422)
    assert "Jam buka harus lebih awal dari jam tutup" in text(wrong)
    assert now_shop.opening_hours == {"mon": [["08:00", "17:00"]]}
    assert (now_shop.is_open, now_shop.time_zone, now_shop.about) == (False, "Asia/Makassar", "Manik-manik")


def test_opening_hours_missing_from_the_form_are_kept(as_bo, bo, shop, now):
    morning, evening = ["08:00", "12:00"], ["16:00", "21:00"]
    api.change_shop(owner_id=bo.pk, opening_hours={day: [morning, evening] for day in ("mon", "tue")}, now=now)
    words = {"name": "Manik Bo", "town": "Yogyakarta", "about": "", "time_zone": "Asia/Jakarta"}

    page = as_bo.get("/tokoku/ubah/")
    saved = as_bo.post("/tokoku/ubah/", {**words, "mon_from": "09:00", "mon_until": "12:00"})

    assert "dan 16:00–21:00" in text(page)
    assert saved.status_code == 302
    assert api.fetch_catalog_page("manik-bo").shop.opening_hours == {"mon": [["09:00", "12:00"], evening]}


def test_pagination_link_says_next_in_the_todo_list_and_earlier_elsewhere(as_bo, ana, product, buy, monkeypatch):
    monkeypatch.setattr("shop.queries.order_pagination.PAGE_SIZE", 2)
    placed = [buy(ana, product).order for _ in range(3)]

    today = as_bo.get("/tokoku/").content.decode()
    rest = as_bo.get("/tokoku/" + re.search(r'href="(\?sesudah=[^"]+)"', today)[1])
    everything = as_bo.get("/tokoku/pesanan/").content.decode()

    assert re.search(r'data-part="more"[^>]*>([^<]+)<', today)[1] == "Selanjutnya"
    assert re.search(r'data-part="more"[^>]*>([^<]+)<', everything)[1] == "Sebelumnya"
    assert re.findall(r'data-key="([^"]+)"', rest.content.decode()) == [str(placed[2])]


def test_suggested_shop_address_equals_the_one_of_javascript():
    cases = json.loads((Path(__file__).resolve().parent.parent / "js" / "handles.json").read_text())

    assert [handle_from_name(name) for name, _ in cases] == [handle for _, handle in cases]


def test_orders_waiting_for_the_shop_come_first(as_bo, ana, bo, product, buy, now):
    sent, packed, new = (buy(ana, product).order for _ in range(3))
    for order in (sent, packed):
        api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=sent, courier="JNE", resi="JT1", now=now)
    api.pack_order(user_id=bo.pk, order=packed, now=now)

    page = as_bo.get("/tokoku/").content.decode()

    assert re.findall(r'data-key="([^"]+)"', page) == [str(packed), str(new), str(sent)]
    assert f'href="/pesanan/{packed}/#kirim"' in page


def test_weight_is_typed_in_the_form_corrected_and_removed(as_bo):
    form = {"name": "Kalung", "price": "12.500", "description": ""}
    added = as_bo.post("/tokoku/barang/baru/", {**form, "key": "k", "quantity": "3", "weight": " 1.500 ", "do": "list"})
    weights = [Variant.objects.get().weight_grams]

    page = as_bo.get(added.url).content.decode()
    # The last is a page that was loaded before there were weights.
    for more in ({"weight": "250"}, {"weight": ""}, {"weight": "75"}, {}):
        as_bo.post(added.url, {**form, **more, "do": "words"})
        weights.append(Variant.objects.get().weight_grams)

    assert 'name="weight" type="text" inputmode="numeric" autocomplete="off" maxlength="9" value="1500"' in page
    assert weights == [1500, 250, None, 75, 75]
