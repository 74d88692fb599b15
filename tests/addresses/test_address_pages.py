"""Pages of the address book, as they work without JavaScript: a region searched and chosen, an address saved."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from superapp.addresses import api
from superapp.addresses.models import Region
from superapp.core import ids
from tests.addresses.conftest import CIKUTRA

pytestmark = pytest.mark.django_db
BOOK, NEW = "/saya/alamat/", "/saya/alamat/baru/"
TYPED = {
    "region": CIKUTRA,
    "recipient": "Sekar Ayu",
    "phone": "0812 7777 1234",
    "street": "Jl. Cikutra No. 5",
    "do": "save",
}


@pytest.fixture
def ana(make_user):
    return make_user("ana")


@pytest.fixture
def browser(client, ana):
    client.force_login(ana)
    return client


def test_empty_book_invites_to_add_an_address(browser):
    page = browser.get(BOOK).content.decode()

    assert "Belum ada alamat" in page
    assert f'href="{NEW}"' in page


def test_address_is_added_by_searching_its_village_and_choosing_it(browser, ana):
    typed = {**TYPED, "region": "", "key": str(ids.new_id())}

    searched = browser.post(NEW, {**typed, "cari": "cikutra bandung", "do": "search"})
    chosen = browser.post(NEW, {**typed, "cari": "cikutra bandung", "do": "", "choose": CIKUTRA})
    saved = browser.post(NEW, {**typed, "region": CIKUTRA})

    found = searched.content.decode()
    assert f'name="choose" value="{CIKUTRA}"' in found
    assert "Cibeunying Kidul, Kota Bandung, Jawa Barat" in found
    # What was typed stays.
    assert 'value="Jl. Cikutra No. 5"' in found
    assert f'name="region" value="{CIKUTRA}"' in chosen.content.decode()
    assert (saved.status_code, saved.headers["Location"]) == (302, BOOK)
    [address] = api.list_addresses(ana.pk)
    assert (address.village, address.street, address.is_primary) == ("Cikutra", "Jl. Cikutra No. 5", True)
    assert "Jl. Cikutra No. 5" in browser.get(BOOK).content.decode()


def test_village_is_chosen_from_lists_within_each_other(browser):
    def choose(**fields):
        return browser.post(NEW, {"region": "", **fields}).content.decode()

    assert 'name="choose" value="32"' in choose(do="browse")
    assert 'name="choose" value="32.73"' in choose(choose="32")
    assert f'name="choose" value="{CIKUTRA}"' in choose(choose="32.73.14")
    assert 'name="choose" value="32"' in choose(choose="99")


def test_enter_searches_other_words_than_before_and_else_saves(browser, ana):
    searched = browser.post(NEW, {**TYPED, "cari": "dago", "searched": "", "do": "enter"})
    assert 'name="choose" value="32.73.02.1004"' in searched.content.decode()
    assert api.list_addresses(ana.pk) == []

    assert browser.post(NEW, {**TYPED, "cari": "dago", "searched": "dago", "do": "enter"}).status_code == 302


def test_search_without_a_result_says_so(browser):
    page = browser.post(NEW, {**TYPED, "cari": "xyzzy", "do": "search"}).content.decode()

    assert "Kelurahan atau kecamatan tidak ditemukan" in page


def test_each_wrong_field_is_named_at_its_place(browser, ana):
    page = browser.post(
        NEW, {"region": "", "street": "a" * 10_000, "postal_code": "1", "point": "Berlin", "do": "save"}
    )

    assert page.status_code == 422
    for field in ("region", "street", "postal_code", "point", "recipient", "phone"):
        assert f'id="{field}-problem"' in page.content.decode()
    assert api.list_addresses(ana.pk) == []


def test_form_sent_twice_adds_one_address_and_another_content_is_shown_the_saved_one(browser, ana):
    typed = {**TYPED, "key": str(ids.new_id())}

    answers = [browser.post(NEW, typed), browser.post(NEW, typed), browser.post(NEW, {**typed, "street": "Jl. Lain"})]

    [address] = api.list_addresses(ana.pk)
    edit = reverse("addresses:edit", args=[address.public_id])
    assert [answer.headers["Location"] for answer in answers] == [BOOK, BOOK, edit]
    assert "Jl. Cikutra No. 5" in browser.get(edit).content.decode()


def test_saved_address_leads_back_to_where_it_was_needed(browser):
    ours = browser.post(NEW, {**TYPED, "next": "/pesanan/"})
    abroad = browser.post(NEW, {**TYPED, "next": "//evil.example/"})

    assert [ours.headers["Location"], abroad.headers["Location"]] == ["/pesanan/", BOOK]


def test_change_of_another_tab_is_shown_and_overwritten_only_knowingly(browser, ana, add):
    address = add(ana)
    edit = reverse("addresses:edit", args=[address.public_id])
    first = browser.post(edit, {**TYPED, "street": "Jl. Satu 1", "version": "1"})
    second = browser.post(edit, {**TYPED, "street": "Jl. Dua 2", "version": "1"})

    assert (first.status_code, second.status_code) == (302, 409)
    page = second.content.decode()
    assert "Jl. Satu 1" in page
    assert 'value="Jl. Dua 2"' in page
    assert 'name="version" value="2"' in page
    assert api.get_address(ana.pk, address.public_id).street == "Jl. Satu 1"

    assert browser.post(edit, {**TYPED, "street": "Jl. Dua 2", "version": "2"}).status_code == 302
    assert api.get_address(ana.pk, address.public_id).street == "Jl. Dua 2"


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"label": "Kos"}, "Kos"),
        ({"point": "-6.9, 107.6"}, "-6.900000, 107.600000"),
        ({"postal_code": "40199"}, "40199"),
    ],
    ids=["label", "pin", "postal-code"],
)
def test_every_part_of_a_change_of_another_tab_is_shown(changed, shown, browser, ana, add):
    address = add(ana)
    edit = reverse("addresses:edit", args=[address.public_id])
    browser.post(edit, {**TYPED, **changed, "version": "1"})

    answer = browser.post(edit, {**TYPED, "street": "Jl. Dua 2", "version": "1"})

    assert (answer.status_code, shown in answer.content.decode()) == (409, True)


def test_new_form_has_the_number_as_it_is_written_here(browser):
    phone = re.search(r'name="phone"[^>]*value="([^"]*)"', browser.get(NEW).content.decode())

    assert re.fullmatch(r"08[0-9]{2}-[0-9]{4}-[0-9]+", phone[1])


def test_form_reads_its_regions_once(browser, ana, add, django_assert_num_queries):
    edit = reverse("addresses:edit", args=[add(ana).public_id])
    browser.get(edit)

    with django_assert_num_queries(5) as asked:
        browser.get(edit)

    assert sum("addresses_region" in query["sql"] for query in asked.captured_queries) == 1


def test_version_stays_the_seen_one_while_a_region_is_chosen(browser, ana, add):
    address = add(ana)
    edit = reverse("addresses:edit", args=[address.public_id])
    browser.post(edit, {**TYPED, "street": "Jl. Satu 1", "version": "1"})

    chosen = browser.post(edit, {**TYPED, "do": "", "choose": "32.73.02.1004", "version": "1"})
    wrong = browser.post(edit, {**TYPED, "street": "", "version": "1"})

    assert 'name="version" value="1"' in chosen.content.decode()
    assert 'name="version" value="1"' in wrong.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "²"], ids=ascii)
def test_form_without_a_version_overwrites_nothing(version, browser, ana, add):
    address = add(ana)

    answer = browser.post(reverse("addresses:edit", args=[address.public_id]), {**TYPED, "version": version})

    assert answer.status_code == 409
    assert api.list_addresses(ana.pk) == [address]


def test_primary_is_chosen_and_addresses_are_deleted_by_their_buttons(browser, ana, add):
    first, second = add(ana), add(ana)

    browser.post(reverse("addresses:make_primary", args=[second.public_id]))
    assert [one.public_id for one in api.list_addresses(ana.pk)] == [second.public_id, first.public_id]
    browser.post(reverse("addresses:delete", args=[second.public_id]))
    assert [one.public_id for one in api.list_addresses(ana.pk)] == [first.public_id]
    assert browser.get(reverse("addresses:delete", args=[first.public_id])).status_code == 302
    assert len(api.list_addresses(ana.pk)) == 1


def test_renamed_village_is_pointed_out_where_the_address_is_shown(browser, ana, add):
    address = add(ana)
    Region.objects.filter(code=CIKUTRA).update(name="Cikutra Baru")

    for path in (BOOK, reverse("addresses:edit", args=[address.public_id])):
        assert "berganti nama" in browser.get(path).content.decode()


def test_full_book_says_so(browser, ana, add):
    for _number in range(30):
        add(ana)

    assert f'href="{NEW}"' not in browser.get(BOOK).content.decode()
    refused = browser.post(NEW, TYPED)
    assert (refused.status_code, "30 alamat" in refused.content.decode()) == (409, True)


def test_markup_in_every_field_is_shown_as_text(browser, ana, add):
    evil = '"><script>alert(1)</script>'
    address = add(ana, recipient=evil, street=evil, landmark=evil, label=evil)

    for path in (BOOK, reverse("addresses:edit", args=[address.public_id])):
        assert evil not in browser.get(path).content.decode()
    page = browser.post(NEW, dict.fromkeys((*TYPED, "cari", "point", "rt", "key", "next"), evil) | {"do": "search"})
    assert evil not in page.content.decode()


def test_pages_of_somebody_else_are_not_found(client, make_user, ana, add):
    address = add(ana)
    client.force_login(make_user("eve"))

    for name in ("edit", "make_primary", "delete"):
        path = reverse(f"addresses:{name}", args=[address.public_id])
        assert client.post(path, {**TYPED, "version": "1"}).status_code == 404
    assert client.get(reverse("addresses:edit", args=[address.public_id])).status_code == 404
    assert api.list_addresses(ana.pk) == [address]


def test_guest_is_sent_to_the_log_in(client):
    for path in (BOOK, NEW):
        assert client.get(path).headers["Location"].startswith("/masuk/")


def test_book_takes_a_fixed_number_of_queries(browser, ana, add, django_assert_max_num_queries):
    for _number in range(10):
        add(ana)
    browser.get(BOOK)

    with django_assert_max_num_queries(12):
        browser.get(BOOK)
