"""Pages of variants, as forms and links without modules: the editor, the picker, and buying what was picked."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from shop import api
from shop.api import VariantChange
from shop.models import Order, OrderLine, Product, Variant
from superapp.core.money import Money
from tests.payments.purses import PIN
from tests.shop.conftest import ADDRESS, COLOURS, variant_of
from tests.shop.html_clients import browser_of, text
from tests.shop.storefronts import address_of, facts, read

pytestmark = pytest.mark.usefixtures("still_clock")


def editor(product):
    return f"/tokoku/barang/{product.public_id}/varian/"


def fields_of(answer):
    """Return what a browser would send of all inputs of a page."""
    page = answer.content.decode()
    inputs = re.findall(r"<input ([^>]*)>", page)
    found = {}
    for attributes in inputs:
        named = dict(re.findall(r'(?<![\w-])([a-z]+)="([^"]*)"', attributes))
        if named.get("type") == "checkbox" and " checked" not in f" {attributes}":
            continue
        if "name" in named and named["name"] != "csrfmiddlewaretoken":
            found[named["name"]] = html.unescape(named.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_options_are_written_and_make_rows(as_bo, product):
    form = {"option-1": "Warna", "values-1": "Merah, Biru", "option-2": "Ukuran", "values-2": "S\nM", "do": "options"}

    saved = as_bo.post(editor(product), {**form, "version": "1"}, follow=True)

    assert "Tersimpan. Sekarang isi harga dan stok 4 varian." in text(saved)
    rows = {name: value for name, value in fields_of(saved).items() if name.startswith(("row-", "price-", "stock-"))}
    assert [rows[f"row-{n}"] for n in range(4)] == ["Merah, S", "Merah, M", "Biru, S", "Biru, M"]
    assert [rows[f"price-{n}"] for n in range(4)] == ["25.000"] * 4
    assert [rows[f"stock-{n}"] for n in range(4)] == ["10", "0", "0", "0"]


def test_table_saves_price_stock_sku_and_weight_of_each_row(as_bo, bo, shirts):
    page = as_bo.get(editor(shirts))
    typed = {"price-1": "Rp26.500", "stock-1": "1.500", "sku-1": " MM ", "weight-1": "120", "do": "rows"}

    saved, again = (as_bo.post(editor(shirts), {**fields_of(page), **typed}) for _ in range(2))

    assert (saved.status_code, again.status_code) == (302, 302)
    changed = variant_of(api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id), "Merah", "M")
    assert (changed.price, changed.sku, changed.weight_grams) == (Money(26_500_00), "MM", 120)
    assert changed.stock == api.StockLevel(on_hand=1_500, held=0, committed=0)
    others = [one for one in shirts.variants if one.public_id != changed.public_id]
    stored = api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id).variants
    assert [one for one in stored if one.public_id != changed.public_id] == others


def test_each_wrong_field_of_the_table_is_marked_and_nothing_is_saved(as_bo, bo, shirts):
    page = as_bo.get(editor(shirts))
    wrong = {"price-0": "gratis", "stock-2": "-1", "weight-3": "0", "price-1": "30.000", "do": "rows"}

    refused = as_bo.post(editor(shirts), {**fields_of(page), **wrong})

    marked = re.findall(r'id="([a-z]+-\d)"[^>]* aria-invalid="true"', refused.content.decode())
    assert (refused.status_code, marked) == (422, ["price-0", "stock-2", "weight-3"])
    kept = fields_of(refused)
    assert [kept[name] for name in ("price-0", "stock-2", "weight-3", "price-1")] == ["gratis", "-1", "0", "30.000"]
    assert api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id) == shirts


def test_wrong_options_are_marked_at_their_fields(as_bo, product):
    form = {"option-1": "", "values-1": "Merah", "option-2": "Ukuran", "values-2": "S, s", "do": "options"}

    refused = as_bo.post(editor(product), form)

    marked = re.findall(r'id="([a-z]+-\d)"[^>]* aria-invalid="true"', refused.content.decode())
    assert (refused.status_code, marked) == (422, ["option-1", "values-2"])
    assert Product.objects.get().options == []


def test_one_price_is_filled_in_everywhere_without_being_saved(as_bo, bo, shirts):
    page = fields_of(as_bo.get(editor(shirts)))
    del page["sold-1"]

    filled = as_bo.post(editor(shirts), {**page, "fill-price": "19.000", "do": "fill"})

    assert "Sudah diisi, tapi belum disimpan." in text(filled)
    assert [fields_of(filled)[f"price-{n}"] for n in range(4)] == ["19.000", "25.000", "19.000", "19.000"]
    assert api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id) == shirts


def test_row_that_is_unchecked_is_no_longer_sold_and_can_come_back(as_bo, shirts, client):
    page = fields_of(as_bo.get(editor(shirts)))
    without = {name: value for name, value in page.items() if name != "sold-1"}

    as_bo.post(editor(shirts), {**without, "do": "rows"})
    shown = [variant.title for variant in api.fetch_listed_product(shirts.public_id).product.variants]
    again = fields_of(as_bo.get(editor(shirts)))
    as_bo.post(editor(shirts), {**again, "sold-1": "yes", "do": "rows"})

    assert shown == ["Merah, S", "Biru, S", "Biru, M"]
    assert len(api.fetch_listed_product(shirts.public_id).product.variants) == 4
    assert Variant.objects.count() == 4


def test_table_of_an_outdated_page_changes_nothing(as_bo, shirts, change):
    page = fields_of(as_bo.get(editor(shirts)))
    change(VariantChange(values=("Merah", "S"), price=Money(30_000_00)))

    refused = as_bo.post(editor(shirts), {**page, "price-0": "25.000", "price-1": "9.000", "do": "rows"})

    assert refused.status_code == 409
    assert "Baru saja diubah dari tempat lain." in text(refused)
    assert sorted(Variant.objects.values_list("price_sen", flat=True)) == [25_000_00, 25_000_00, 30_000_00, 40_000_00]


def test_stock_that_was_sold_meanwhile_is_said_at_its_field(as_bo, bo, shirts, now):
    page = fields_of(as_bo.get(editor(shirts)))
    counted = {"owner_id": bo.pk, "product": shirts.public_id, "variant": variant_of(shirts, "Merah", "S").public_id}
    api.set_stock(**counted, on_hand=8, idempotency_key="k", now=now)

    refused = as_bo.post(editor(shirts), {**page, "stock-0": "12", "do": "rows"})

    assert refused.status_code == 409
    assert "Stoknya baru saja berubah: sekarang 8." in text(refused)
    assert (fields_of(refused)["stock-0"], fields_of(refused)["expected-0"]) == ("12", "8")


def test_editor_of_another_shop_does_not_exist(make_user, make_shop, shirts):
    eve = make_user("eve")
    make_shop(eve, handle="punya-eve")
    browser = browser_of(eve, is_trusted=True)

    assert browser.get(editor(shirts)).status_code == 404
    for do in ("options", "rows", "fill"):
        assert browser.post(editor(shirts), {"do": do, "row-0": "Merah, S", "price-0": "1"}).status_code == 404
    assert Client().get(editor(shirts)).status_code == 302
    assert Product.objects.get().version == shirts.version


def test_product_form_leaves_prices_to_the_variants(as_bo, shirts):
    address = f"/tokoku/barang/{shirts.public_id}/"

    page = as_bo.get(address).content.decode()
    as_bo.post(address, {"do": "words", "name": "Kaus", "description": "", "version": str(shirts.version)})

    assert 'name="price"' not in page
    assert f'href="{editor(shirts)}"' in page
    assert Product.objects.get().name == "Kaus"


# The picker.


def choices(page):
    """Return the choices of a page: value, whether it is chosen, and why it cannot be bought."""
    links = re.findall(r'<a class="pick" href="([^"]+)"([^>]*)>(.*?)</a>', page, re.DOTALL)
    return [
        (
            *re.findall(r"<span[^>]*>([^<]+)</span>", inside)[:1],
            "aria-current" in more,
            *re.findall(r"why\">([^<]+)", inside),
        )
        for _href, more, inside in links
    ]


def test_picker_says_why_a_choice_cannot_be_bought(client, shop, shirts, change):
    change(VariantChange(values=("Biru", "S"), is_sold=False))
    chosen = variant_of(shirts, "Biru", "M")

    page = read(client, f"{address_of(shop, shirts)}?varian={chosen.public_id}")

    assert choices(page) == [
        ("Merah", False, "Sold out"),
        ("Biru", True),
        ("S", False, "Not available"),
        ("M", True),
    ]
    assert f'href="/beli/{shirts.public_id}/?varian={chosen.public_id}"' in page
    assert "Rp40.000" in page


def test_page_without_a_choice_shows_the_first_that_can_be_bought(client, shop, shirts, change):
    change(VariantChange(values=("Merah", "S"), on_hand=0))

    page = read(client, address_of(shop, shirts))

    assert [one[:2] for one in choices(page)] == [("Merah", False), ("Biru", True), ("S", False), ("M", True)]
    assert f"?varian={variant_of(shirts, 'Biru', 'M').public_id}" in page


def test_sold_out_choice_is_shown_and_cannot_be_bought(client, shop, shirts):
    page = read(client, f"{address_of(shop, shirts)}?varian={variant_of(shirts, 'Merah', 'M').public_id}")

    assert "Merah, M is sold out." in html.unescape(page)
    assert "/beli/" not in page


@pytest.mark.parametrize("written", ["", "x", "0" * 36, "01890000-0000-7000-8000-000000000000"])
def test_made_up_choice_shows_the_page_as_it_is(client, shop, shirts, written, django_assert_num_queries):
    address = address_of(shop, shirts)
    plain = read(client, address)

    with django_assert_num_queries(1):
        made_up = read(client, f"{address}?varian={written}")

    assert made_up == plain


def test_shelf_shows_the_range_of_prices(client, shop, shirts):
    assert "Rp25.000 – Rp40.000" in read(client, "/toko/manik-bo/")


def test_structured_data_has_an_offer_for_each_variant(client, shop, shirts, settings):
    offers = facts(read(client, address_of(shop, shirts)))["Product"]["offers"]

    assert (offers["@type"], offers["lowPrice"], offers["highPrice"], offers["offerCount"]) == (
        "AggregateOffer",
        "25000",
        "40000",
        4,
    )
    last = offers["offers"][-1]
    chosen = variant_of(shirts, "Biru", "M")
    assert (last["name"], last["sku"], last["price"]) == ("Biru, M", "BM", "40000")
    assert last["url"] == f"{settings.PUBLIC_URL}{address_of(shop, shirts)}?varian={chosen.public_id}"
    assert [one["availability"].rpartition("/")[2] for one in offers["offers"]] == [
        "InStock",
        "OutOfStock",
        "OutOfStock",
        "InStock",
    ]


def test_photo_of_the_chosen_variant_comes_first(client, shop, bo, shirts, add_photo, change):
    add_photo(shirts, bo)
    second = add_photo(shirts, bo, color=(0, 0, 99)).photos[1].name
    change(VariantChange(values=("Biru", "M"), photo=second))

    page = read(client, f"{address_of(shop, shirts)}?varian={variant_of(shirts, 'Biru', 'M').public_id}")

    assert page.index(f"/media/photo/{second}") < page.index(f"/media/photo/{shirts_first(bo, shirts)}")


def shirts_first(bo, product):
    return api.fetch_own_product(owner_id=bo.pk, product=product.public_id).photos[0].name


# Buying.


def test_picked_variant_is_bought_in_two_taps(as_ana, shop, shirts):
    chosen = variant_of(shirts, "Biru", "M")
    page = as_ana.get(f"{address_of(shop, shirts)}?varian={chosen.public_id}").content.decode()
    (link,) = re.findall(r'href="(/beli/[^"]+)"', page)
    checkout = as_ana.get(link, follow=True)
    address = checkout.redirect_chain[-1][0].partition("?")[0]

    paid = as_ana.post(address, {**fields_of(checkout), **ADDRESS, "pin": PIN})

    assert "Biru, M" in text(checkout)
    assert paid.status_code == 302
    assert OrderLine.objects.values_list("variant_title", "price_sen").get() == ("Biru, M", 40_000_00)
    assert "Gelang manik (Biru, M)" in text(as_ana.get("/pesanan/"))
    assert "Biru, M" in text(as_ana.get(paid.url))


def test_checkout_without_a_choice_leads_back_to_the_product(as_ana, shirts):
    page = as_ana.get(f"/beli/{shirts.public_id}/", follow=True)

    assert "Pilih varian dulu." in text(page)
    assert 'name="pin"' not in page.content.decode()
    assert not Order.objects.exists()


def test_price_of_another_variant_is_not_agreed_to(as_ana, shirts):
    chosen = variant_of(shirts, "Biru", "M")
    checkout = as_ana.get(f"/beli/{shirts.public_id}/?varian={chosen.public_id}", follow=True)
    address = checkout.redirect_chain[-1][0].partition("?")[0]

    refused = as_ana.post(address, {**fields_of(checkout), **ADDRESS, "expected": "2500000", "pin": PIN})

    assert refused.status_code == 409
    assert "Harganya berubah." in text(refused)
    assert not Order.objects.exists()


def test_interrupted_purchase_is_resumed_for_its_variant_only(as_ana, shirts):
    first, other = (variant_of(shirts, *values).public_id for values in (("Merah", "S"), ("Biru", "M")))
    begun = as_ana.get(f"/beli/{shirts.public_id}/?varian={first}")
    key = begun.url.partition("?")[0]
    as_ana.post(key, {**ADDRESS, "quantity": "2", "note": "", "variant": str(first), "do": "top_up"})

    elsewhere = as_ana.get(f"/beli/{shirts.public_id}/?varian={other}").url
    resumed = as_ana.get(f"/beli/{shirts.public_id}/?varian={first}").url

    assert key not in elsewhere
    assert resumed.partition("?")[0] == key


def test_colours_alone_fit_the_first_option(set_options, as_bo, product):
    set_options(COLOURS)

    assert fields_of(as_bo.get(editor(product)))["values-1"] == "Merah, Biru"
