"""Settings of shipping, their page, and the sentence of it on a product's page."""

from __future__ import annotations

import pytest
from django.test import Client

from shop import errors
from shop.actions.shipping import WrittenShipping, forget_shipping, set_shipping
from shop.domain.shipping_options import Area, Band, OptionKind
from shop.models import ShippingSettings, Shop
from shop.queries.shipping_options import list_shipping_options
from superapp.accounts.models import User
from superapp.addresses import api as addresses
from superapp.core import ids
from superapp.core.money import Money
from tests.shop.html_clients import browser_of

PAJANG, CIKUTRA, YOGYA = "33.72.01.1001", "32.73.14.1002", "34.71"
PIN = (-7.7829, 110.3670)
PAGE = "/tokoku/pengiriman/"
FORM = {"origin": PAJANG, "services": ["jne-reg", "jt-ez"], "do": "save"}


@pytest.fixture
def shop(make_shop):
    return make_shop()


@pytest.fixture
def send(shop, now):
    """Say how the shop sends: ``send(services=["jt-ez"])``."""

    def do(**fields):
        set_shipping(owner_id=shop.owner_id, written=WrittenShipping(**{"origin": PAJANG, **fields}), now=now)

    return do


@pytest.fixture
def browser(make_user, shop):
    return browser_of(User.objects.get(pk=shop.owner_id))


def options(shop, destination=CIKUTRA, grams=500, items=50_000_00):
    found = list_shipping_options(shop.public_id, destination, grams, items)
    return {option.id: option.price_sen // 100 for option in found}


def test_shop_without_settings_agrees_with_buyers(shop):
    (option,) = list_shipping_options(shop.public_id, CIKUTRA, 500, 50_000_00)

    assert (option.kind, option.price_sen) == (OptionKind.AGREED, 0)


def test_settings_are_what_options_are_made_of(shop, send):
    send(
        services=["jt-ez", "jne-reg", "unknown"],
        flat=Money(20_000_00),
        free_from=Money(100_000_00),
        free_up_to=Money(5_000_00),
        pickup_address=" Jl. Kaliurang  km 5 ",
        areas=[Area(YOGYA, "", 9_000_00)],
    )

    assert options(shop) == {"jt-ez": 17_000, "jne-reg": 18_000, "flat": 20_000, "pickup": 0}
    assert options(shop, items=100_000_00) == {"jt-ez": 12_000, "jne-reg": 13_000, "flat": 15_000, "pickup": 0}
    assert options(shop, "34.71.01.1001")["own"] == 9_000
    row = ShippingSettings.objects.get()
    assert row.origin_names == list(addresses.get_region(PAJANG).names)
    assert (row.pickup_address, row.services) == ("Jl. Kaliurang km 5", ["jne-reg", "jt-ez"])
    assert row.areas == [[YOGYA, addresses.get_region(YOGYA).name, 9_000_00]]


def test_settings_replace_those_before_and_change_the_shops_rev(shop, send):
    send(services=["jt-ez"], pickup_address="Jl. Kaliurang")
    before = Shop.objects.get().rev

    send(services=["jne-reg"])

    assert options(shop) == {"jne-reg": 18_000}
    assert Shop.objects.get().rev == before + 1


def test_forgotten_settings_are_agreed_again_and_only_once(shop, send):
    send(services=["jt-ez"])

    forget_shipping(owner_id=shop.owner_id)
    rev = Shop.objects.get().rev
    forget_shipping(owner_id=shop.owner_id)

    assert options(shop) == {"agreed": 0}
    assert Shop.objects.get().rev == rev


def test_service_that_left_the_table_is_not_offered_any_more(shop, send, settings):
    send(services=["jt-ez", "jne-reg"])

    settings.SHIPPING_RATES = settings.SHIPPING_RATES.replace('id = "jt-ez"', 'id = "jt-super"')

    assert options(shop) == {"jne-reg": 18_000}


@pytest.mark.parametrize(
    ("fields", "refusal", "field"),
    [
        ({"origin": "", "services": ["jt-ez"]}, errors.OriginNeeded, "origin"),
        ({"origin": "34", "services": ["jt-ez"]}, errors.OriginNeeded, "origin"),
        ({"origin": "33.72.99.9999", "services": ["jt-ez"]}, errors.OriginNeeded, "origin"),
        ({"flat": Money(-100)}, errors.ShippingPriceInvalid, "flat"),
        ({"flat": Money(150)}, errors.ShippingPriceInvalid, "flat"),
        ({"flat": Money(10_000_001_00)}, errors.ShippingPriceInvalid, "flat"),
        ({"flat": Money(100), "free_from": Money(0)}, errors.ShippingPriceInvalid, "free_from"),
        (
            {"flat": Money(100), "free_from": Money(100), "free_up_to": Money(0)},
            errors.ShippingPriceInvalid,
            "free_up_to",
        ),
        ({"pickup_address": "x" * 201}, errors.TextInvalid, "pickup_address"),
        ({"areas": [Area("99", "", 100)]}, errors.AreaUnknown, "areas"),
        ({"areas": [Area(YOGYA, "", 100), Area(YOGYA, "", 200)]}, errors.AreaUnknown, "areas"),
        ({"areas": [Area(YOGYA, "", -100)]}, errors.ShippingPriceInvalid, "areas"),
        ({"bands": [Band(5, 100)]}, errors.OriginPointNeeded, "point"),
        ({"bands": [Band(0, 100)], "origin_pin": PIN}, errors.DistanceInvalid, "bands"),
        ({"bands": [Band(5, 100), Band(5, 200)], "origin_pin": PIN}, errors.DistanceInvalid, "bands"),
        ({"bands": [Band(5, 150)], "origin_pin": PIN}, errors.ShippingPriceInvalid, "bands"),
        ({}, errors.NothingOffered, None),
        ({"services": ["unknown"]}, errors.NothingOffered, None),
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(fields, refusal, field, shop, send):
    send(services=["jt-ez"])

    with pytest.raises(refusal) as refused:
        send(**fields)

    assert refused.value.params.get("field") == field
    assert options(shop) == {"jt-ez": 17_000}


def test_every_wrong_field_is_named_at_once(send):
    with pytest.raises(errors.OriginNeeded) as refused:
        send(origin="", services=["jt-ez"], flat=Money(150), areas=[Area("99", "", 100)])

    assert [one.params["field"] for one in refused.value.all()] == ["origin", "flat", "areas"]


# The page.


def test_page_saves_what_is_chosen_and_shows_it_again(shop, browser):
    form = {
        **FORM,
        "area": [YOGYA, "33.72"],
        "area_price": ["9.000", "12.000"],
        "point": "-7.7829, 110.3670",
        "km": ["5", "", "", "", ""],
        "band_price": ["8.000", "", "", "", ""],
        "flat": "20.000",
        "free_from": "150.000",
        "free_up_to": "15.000",
        "pickup_address": "Jl. Kaliurang",
    }

    saved = browser.post(PAGE, form)

    assert (saved.status_code, saved.url) == (302, PAGE)
    row = ShippingSettings.objects.get()
    assert (row.flat_sen, row.free_from_sen, row.free_up_to_sen) == (20_000_00, 150_000_00, 15_000_00)
    assert [area[::2] for area in row.areas] == [[YOGYA, 9_000_00], ["33.72", 12_000_00]]
    assert row.bands == [[5, 8_000_00]]
    page = browser.get(PAGE).content.decode()
    for value in ("9.000", "12.000", "8.000", "20.000", "150.000", "15.000", "Jl. Kaliurang", "-7.782900, 110.367000"):
        assert f'value="{value}"' in page
    assert page.count(" checked>") == 2


def test_page_keeps_what_was_typed_while_regions_are_chosen(browser):
    searched = browser.post(PAGE, {**FORM, "do": "search_area", "cari_area": "kota yogyakarta", "flat": "7.000"})
    chosen = browser.post(PAGE, {**FORM, "do": "", "choose_area": YOGYA, "flat": "7.000"})
    dropped = browser.post(PAGE, {**FORM, "do": "", "area": [YOGYA], "area_price": ["1"], "drop_area": YOGYA})
    entered = browser.post(PAGE, {**FORM, "do": "enter", "cari": "cikutra bandung"})
    moved = browser.post(PAGE, {**FORM, "do": "", "choose": CIKUTRA})

    assert f'value="{YOGYA}"' in searched.content.decode()
    assert 'value="7.000"' in chosen.content.decode()
    assert f'name="area" value="{YOGYA}"' in chosen.content.decode()
    assert f'name="area" value="{YOGYA}"' not in dropped.content.decode()
    assert f'value="{CIKUTRA}"' in entered.content.decode()
    assert f'name="origin" value="{CIKUTRA}"' in moved.content.decode()
    assert not ShippingSettings.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"flat": "12,5"}, "flat"),
        ({"area": YOGYA, "area_price": ""}, "areas"),
        ({"km": "5", "band_price": ""}, "bands"),
        ({"km": "lima", "band_price": "5.000"}, "bands"),
        ({"point": "jauh"}, "point"),
        ({"origin": ""}, "origin"),
    ],
)
def test_page_says_what_is_wrong_at_its_field(fields, field, browser):
    refused = browser.post(PAGE, {**FORM, **fields})

    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.content.decode()
    assert not ShippingSettings.objects.exists()


def test_page_of_somebody_without_a_shop_does_not_exist(make_user):
    eve = browser_of(make_user("eve"))

    assert eve.get(PAGE).status_code == 404
    assert eve.post(PAGE, FORM).status_code == 404
    assert eve.post(f"{PAGE}sepakat/").status_code == 404
    assert not ShippingSettings.objects.exists()


def test_page_agrees_with_buyers_again(shop, browser):
    browser.post(PAGE, FORM)

    browser.post(f"{PAGE}sepakat/")

    assert not ShippingSettings.objects.exists()


def test_example_rates_are_said_to_be_examples_until_there_are_others(browser, settings):
    assert "contoh" in browser.get(PAGE).content.decode()

    settings.SHIPPING_RATES_FILE = "/etc/nusa/tarif.toml"

    assert "contoh" not in browser.get(PAGE).content.decode()


# The page of a product.


@pytest.fixture
def live_in(now):
    """Give somebody a primary address: ``live_in(ana, CIKUTRA)``."""

    def do(user, region):
        written = addresses.WrittenAddress(
            region=region, recipient="Ana", phone="0812 3456 7890", street="Jl. Dua 2", postal_code="40124"
        )
        addresses.add_address(user_id=user.pk, idempotency_key=ids.new_id(), written=written, is_primary=True, now=now)

    return do


@pytest.fixture
def sentence(shop, make_product, make_user):
    """Read the sentence of shipping on the page of a product, as somebody."""
    product = make_product(shop, weight_grams=1_300)

    def read(user=None):
        client = browser_of(user) if user else Client()
        page = client.get(f"/toko/{shop.handle}/{product.slug}/").content.decode()
        return page.split('data-part="shipping">')[1].split("<span>")[1].split("</span></p>")[0]

    return read


def test_product_page_says_the_price_to_the_readers_town(send, sentence, live_in, make_user):
    ana = make_user("ana")
    live_in(ana, CIKUTRA)
    send(services=["jt-ez"])

    assert sentence(ana) == "Ongkir ke Kota Bandung: Rp34.000 · 2–4 hari"


@pytest.mark.parametrize(
    ("fields", "region", "said"),
    [
        ({"services": ["jt-ez", "jne-reg"]}, CIKUTRA, "Ongkir ke Kota Bandung mulai Rp18.000"),
        ({"flat": Money(0)}, CIKUTRA, "Gratis ongkir ke Kota Bandung"),
        ({"areas": [Area(YOGYA, "", 900_00)]}, CIKUTRA, "Toko ini belum mengirim ke Kota Bandung."),
    ],
)
def test_product_page_says_what_it_costs_or_that_it_is_not_sent(
    fields, region, said, send, sentence, live_in, make_user
):
    ana = make_user("ana")
    live_in(ana, region)
    send(**fields)

    assert sentence(ana).startswith(said)


def test_product_page_says_no_price_without_an_address(send, sentence, make_user):
    send(services=["jt-ez"], free_from=Money(150_000_00), pickup_address="Jl. Kaliurang")

    for reader in (None, make_user("ana")):
        said = sentence(reader)
        assert said.startswith("Ongkir terlihat setelah kamu memilih alamat.")
        assert "Gratis ongkir mulai belanja Rp150.000." in said
        assert "Bisa diambil di toko." in said
        assert "Rp0" not in said


def test_product_page_of_a_shop_without_settings_says_that_it_is_agreed(sentence, make_user, live_in):
    ana = make_user("ana")
    live_in(ana, CIKUTRA)

    assert sentence(ana) == sentence() == "Ongkir kamu atur dengan toko, di luar harga barang."


def test_public_page_follows_changed_settings_at_once(send, sentence):
    before = sentence()

    send(services=["jt-ez"], pickup_address="Jl. Kaliurang")

    assert sentence() != before


@pytest.mark.parametrize(
    ("fields", "value"), [({"flat": Money(20_000_00)}, '"20000"'), ({"services": ["jt-ez"]}, None)]
)
def test_robots_read_a_price_of_shipping_only_if_it_is_the_same_everywhere(fields, value, shop, send, make_product):
    product = make_product(shop)
    send(**fields)

    page = Client().get(f"/toko/{shop.handle}/{product.slug}/").content.decode()

    details = f'"shippingRate": {{"@type": "MonetaryAmount", "value": {value}, "currency": "IDR"}}'
    assert ("shippingDetails" in page) is (value is not None)
    assert (details in page) is (value is not None)
