"""Forms of selling and buying: every wrong field is marked, each under its own, and the first of them has the focus."""

from __future__ import annotations

import re

import pytest

from shop import api
from shop.models import Order, Product
from tests.payments.purses import browser_of as browser_on_device
from tests.shop.html_clients import browser_of, markup, text
from tests.shop.test_checkout_pages import begin, purchase

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo)


@pytest.fixture
def as_eve(make_user):
    return browser_of(make_user("eve"))


def marked(answer) -> list[str]:
    """The fields that are marked as wrong, in the order of the page; each says what is wrong with it."""
    page = answer.content.decode()
    tags = re.findall(r"<(?:input|textarea)\b[^>]*aria-invalid=\"true\"[^>]*>", page)
    names = [re.search(r'\bname="([^"]+)"', tag)[1] for tag in tags]
    for tag, name in zip(tags, names, strict=True):
        assert f"{name}-problem" in re.search(r'aria-describedby="([^"]+)"', tag)[1]
        assert f'id="{name}-problem"' in page
    return names


def focused(answer) -> list[str]:
    """The fields that have the focus when the page opens."""
    tags = re.findall(r"<(?:input|textarea)\b[^>]*\bautofocus\b[^>]*>", answer.content.decode())
    return [re.search(r'\bname="([^"]+)"', tag)[1] for tag in tags]


def test_empty_shop_form_marks_name_and_town_and_not_the_optional_address(as_eve):
    refused = as_eve.post("/tokoku/buka/", {"name": " ", "town": "", "handle": ""})

    assert refused.status_code == 422
    assert (marked(refused), focused(refused)) == (["name", "town"], ["name"])
    assert "Beri nama tokomu." in text(refused)
    assert "Isi kota tokomu." in text(refused)


def test_shop_with_a_wrong_address_and_no_town_marks_both_and_focuses_the_first(as_eve):
    refused = as_eve.post("/tokoku/buka/", {"name": "Kopi Eve", "town": "", "handle": "9 kopi"})

    assert (marked(refused), focused(refused)) == (["town", "handle"], ["town"])


def test_new_shop_page_focuses_its_first_field_and_marks_none(as_eve):
    page = as_eve.get("/tokoku/buka/")

    assert (marked(page), focused(page)) == ([], ["name"])


@pytest.mark.parametrize(
    ("name", "handle"), [("Manik Bo", "toko-manik-bo"), ("A", "toko-a"), ("店", "toko-2"), ("Pesanan", "toko-pesanan")]
)
def test_empty_shop_address_is_generated_for_any_name(as_eve, shop, name, handle):
    opened = as_eve.post("/tokoku/buka/", {"name": name, "town": "Solo", "handle": ""})

    assert opened.status_code == 302
    assert api.fetch_catalog_page(handle).shop.name == name


def test_empty_product_marks_name_price_and_quantity(as_bo):
    refused = as_bo.post(
        "/tokoku/barang/baru/", {"name": "", "price": "", "quantity": "", "description": "", "do": "list"}
    )

    assert refused.status_code == 422
    assert (marked(refused), focused(refused)) == (["name", "price", "quantity"], ["name"])
    said = text(refused)
    for sentence in ("Isi nama barangnya.", "Isi harganya, misalnya 25.000.", "Isi jumlah stoknya."):
        assert sentence in said
    assert not Product.objects.exists()


def test_product_with_a_price_of_nothing_and_too_long_a_description_marks_both(as_bo):
    form = {"name": "Kalung", "price": "0", "quantity": "3", "description": "x" * 5_001, "do": "list"}

    refused = as_bo.post("/tokoku/barang/baru/", form)

    assert (marked(refused), focused(refused)) == (["price", "description"], ["price"])


def test_changed_product_marks_name_and_price_and_changes_nothing(as_bo, product):
    refused = as_bo.post(
        f"/tokoku/barang/{product.public_id}/", {"do": "words", "name": "", "price": "x", "description": ""}
    )

    assert (marked(refused), focused(refused)) == (["name", "price"], ["name"])
    assert Product.objects.get().name == "Gelang manik"


def test_checkout_marks_every_empty_field_and_tries_no_pin(as_ana, product):
    form = purchase(name="", phone=" ", text="", town="", pin="12")

    refused = as_ana.post(begin(as_ana, product), form)

    assert refused.status_code == 422
    assert (marked(refused), focused(refused)) == (["name", "phone", "text", "town", "pin"], ["name"])
    said = text(refused)
    for sentence in (
        "5 isian perlu dibetulkan.",
        "Isi nama penerima.",
        "Isi nomor HP yang bisa dihubungi kurir.",
        "Isi nama jalan dan nomor rumah.",
        "Isi kotanya.",
        "Masukkan enam angka PIN-mu.",
    ):
        assert sentence in said
    assert not Order.objects.exists()


@pytest.mark.parametrize("phone", ["abc", "0812", "12345678"])
def test_checkout_without_a_phone_number_marks_the_field_and_places_no_order(as_ana, product, phone):
    refused = as_ana.post(begin(as_ana, product), purchase(phone=phone))

    assert (refused.status_code, marked(refused), focused(refused)) == (422, ["phone"], ["phone"])
    assert "Nomor HP ini belum benar. Contohnya 0812 3456 7890." in text(refused)
    assert not Order.objects.exists()


@pytest.mark.parametrize("phone", ["0812-3456-7890", "62812 3456 7890", "+62 812 3456 7890", "(021) 2345 6789"])
def test_checkout_takes_phone_numbers_as_people_write_them(as_ana, product, phone):
    bought = as_ana.post(begin(as_ana, product), purchase(phone=phone))

    assert (bought.status_code, Order.objects.get().address["phone"]) == (302, phone)


def test_first_checkout_offers_the_own_phone_number(as_ana, ana, product):
    page = as_ana.get(begin(as_ana, product))

    assert re.search(r'id="phone"[^>]* value="(\+62 812[^"]+)"', page.content.decode())


def test_wrong_pin_is_reported_once_at_the_pin_field(as_ana, product):
    refused = as_ana.post(begin(as_ana, product), purchase(pin="999999"))

    assert (marked(refused), focused(refused)) == (["pin"], ["pin"])
    assert text(refused).count("PIN salah.") == 1


def test_shipping_form_marks_courier_and_number(as_bo, ana, product, buy):
    order = buy(ana, product).order
    as_bo.post(f"/pesanan/{order}/terima/", {"rev": "1"})

    both = as_bo.post(f"/pesanan/{order}/kirim/", {"courier": "", "resi": ""})
    number = as_bo.post(f"/pesanan/{order}/kirim/", {"courier": "JNE", "resi": "  "})

    assert (marked(both), focused(both)) == (["courier", "resi"], ["courier"])
    assert (marked(number), focused(number)) == (["resi"], ["resi"])
    assert 'value="JNE"' in number.content.decode()


def settings_form(**fields):
    return {"name": "Manik Bo", "town": "Yogyakarta", "about": "", "time_zone": "Asia/Jakarta", **fields}


def test_shop_settings_mark_text_and_each_invalid_day(as_bo):
    form = settings_form(
        name="", mon_from="08:00", mon_until="17:00", tue_from="17:00", tue_until="08:00", wed_from="08:00"
    )

    refused = as_bo.post("/tokoku/ubah/", form)

    assert (marked(refused), focused(refused)) == (["name", "tue_from", "wed_from"], ["name"])
    assert api.fetch_catalog_page("manik-bo").shop.opening_hours == {}


def test_hours_that_are_the_same_every_day_take_one_row(as_bo):
    saved = as_bo.post("/tokoku/ubah/", settings_form(hours_same="yes", every_from="08:00", every_until="17:00"))
    page = as_bo.get("/tokoku/ubah/").content.decode()
    refused = as_bo.post("/tokoku/ubah/", settings_form(hours_same="yes", every_from="17:00", every_until="08:00"))

    assert saved.status_code == 302
    hours = api.fetch_catalog_page("manik-bo").shop.opening_hours
    assert set(hours) == {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    assert set(map(str, hours.values())) == {"[['08:00', '17:00']]"}
    assert re.search(r'name="hours_same"[^>\]]*checked', page)
    assert 'name="every_from" value="08:00"' in page
    assert (marked(refused), focused(refused)) == (["every_from"], ["every_from"])


def test_hours_that_differ_are_one_row_for_each_day(as_bo):
    as_bo.post("/tokoku/ubah/", settings_form(mon_from="08:00", mon_until="17:00", sat_from="09:00", sat_until="12:00"))
    page = markup(as_bo.get("/tokoku/ubah/"))

    assert api.fetch_catalog_page("manik-bo").shop.opening_hours == {
        "mon": [["08:00", "17:00"]],
        "sat": [["09:00", "12:00"]],
    }
    assert not re.search(r'name="hours_same"[^>\]]*checked', page)
    assert 'name="sat_from" value="09:00"' in page


def test_profile_form_marks_name_and_handle(as_ana):
    refused = as_ana.post("/saya/", {"name": " ", "handle": "a b"})

    assert (marked(refused), focused(refused)) == (["name", "handle"], ["name"])


def test_reserved_name_marks_its_field(as_ana):
    assert marked(as_ana.post("/saya/", {"name": "Nusa Resmi", "handle": ""})) == ["name"]


def test_pin_form_marks_old_new_and_repeated_fields(ana, dewi):
    changing = browser_on_device(ana, is_trusted=True).post("/dompet/pin/", {"old": "", "pin": "12", "again": "13"})
    first = browser_on_device(dewi, is_trusted=True).post("/dompet/pin/", {"pin": "111111", "again": "222222"})

    assert (marked(changing), focused(changing)) == (["old", "pin", "again"], ["old"])
    assert (marked(first), focused(first)) == (["pin", "again"], ["pin"])


@pytest.fixture
def dewi(make_user):
    """Return a person who has no PIN."""
    return make_user("dewi")
