"""The page that strangers meet at ``/``."""

from __future__ import annotations

import pytest

from shop import api
from shop.pages import front_page
from shop.queries import public_catalog
from tests.shop.storefronts import empty_shelves, facts, meta, read  # noqa: F401  # It empties them before each test.

pytestmark = pytest.mark.django_db


def test_front_page_for_a_stranger_says_what_this_is_and_leads_in(client, product):
    page = read(client, "/")

    assert "Chat, shop and pay in one place" in page
    assert 'href="/masuk/"' in page
    assert 'href="/tokoku/buka/"' in page
    assert "/toko/manik-bo/gelang-manik/" in page
    assert 'name="cari"' in page


def test_front_page_for_a_logged_in_person_leads_to_the_chats(client, ana):
    client.force_login(ana)

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/obrolan/")
    assert answer["Cache-Control"] == "private, no-store"


def test_front_page_is_public_and_indexable(client, product):
    answer = client.get("/")

    assert "public" in answer["Cache-Control"]
    assert "robots" not in meta(read(client, "/"))
    site = facts(read(client, "/"))["WebSite"]
    assert site["potentialAction"]["target"]["urlTemplate"].endswith("/toko/?cari={search_term_string}")


def test_front_page_names_the_operator_and_how_to_reach_them(client, settings):
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "Koperasi Sejahtera", "halo@koperasi.example"

    page = read(client, "/")

    assert "Nusa is run by Koperasi Sejahtera." in page
    assert "halo@koperasi.example" in page


def test_front_page_without_any_shop_says_so_and_invites(client):
    assert "No shops yet" in read(client, "/")


def test_front_page_where_there_are_no_shops_speaks_of_chat_alone(client, settings, product):
    settings.LEGAL_PROFILE = "chat_only"

    page = read(client, "/")

    assert "Talk with family and friends" in page
    assert "/toko/" not in page
    assert "/tokoku/" not in page


def test_front_page_leaves_out_goods_that_cannot_be_bought(client, bo, shop, product, make_product, now):
    hidden = make_product(shop, "Kalung rahasia")
    api.unpublish_product(owner_id=bo.pk, product=hidden.public_id, now=now)
    sold_out = make_product(shop, "Cincin habis")
    api.set_stock(owner_id=bo.pk, product=sold_out.public_id, on_hand=0, idempotency_key="none", now=now)

    page = read(client, "/")

    assert "Gelang manik" in page
    assert "Kalung rahasia" not in page
    assert "Cincin habis" not in page


def test_front_page_shows_few_goods_of_one_shop(shop, make_product):
    for number in range(8):
        make_product(shop, f"Gelang {number}")

    newest = public_catalog.find_newest(products=front_page.PRODUCTS, shops=front_page.SHOPS, per_shop=3)

    assert len(newest.product_ids) == 3


def test_front_page_that_was_made_asks_the_database_once(client, product, django_assert_num_queries):
    first = client.get("/")

    with django_assert_num_queries(1):
        again = client.get("/")

    assert again.content == first.content


def test_front_page_shows_a_change_at_once(client, bo, product, now):
    before = read(client, "/")

    api.change_product(owner_id=bo.pk, product=product.public_id, name="Gelang baru", now=now)

    assert "Gelang baru" not in before
    assert "Gelang baru" in read(client, "/")


def test_front_page_has_the_search_and_goods_before_its_slogans(client, product):
    page = client.get("/").content.decode()

    places = [page.index(mark) for mark in ('class="find__form"', 'class="goods"', 'class="welcome__points"')]
    assert places == sorted(places)


def test_page_of_shops_shows_new_goods_to_who_is_logged_in(client, ana, product):
    client.force_login(ana)

    page = client.get("/toko/").content.decode()

    assert 'id="newest-title"' in page
    assert f"/toko/manik-bo/{product.slug}/" in page


def test_search_without_result_says_what_is_searched_and_shows_goods(client, product):
    page = client.get("/toko/", {"cari": "gelang"}, headers={"accept-language": "en"}).content.decode()

    assert "we search names and towns of shops, not goods" in page
    assert 'href="#newest-title"' in page
    assert f"/toko/manik-bo/{product.slug}/" in page
    assert page.count('href="/toko/"') == 1


def test_page_of_all_shops_leads_nowhere_to_itself(client, product):
    page = client.get("/toko/").content.decode()

    assert 'href="/toko/"' not in page
