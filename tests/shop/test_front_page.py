"""The page that strangers meet at ``/``."""

from __future__ import annotations

import pytest

from shop import api
from shop.pages import front_page
from shop.queries import public_catalog
from tests.shop.storefronts import facts, meta, read

pytestmark = pytest.mark.django_db


def test_front_page_for_a_stranger_explains_the_app_and_links_to_login(client, product):
    page = read(client, "/")

    assert "Chat, shop and pay in one place" in page
    assert 'href="/masuk/"' in page
    assert 'href="/tokoku/buka/"' in page
    assert "/toko/manik-bo/gelang-manik/" in page
    assert 'name="kata"' in page


def test_front_page_for_a_logged_in_person_links_to_chats(client, ana):
    client.force_login(ana)

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/obrolan/")
    assert answer["Cache-Control"] == "private, no-store"


def test_front_page_is_public_and_indexable(client, product):
    answer = client.get("/")

    assert "public" in answer["Cache-Control"]
    assert "robots" not in meta(read(client, "/"))
    site = facts(read(client, "/"))["WebSite"]
    assert site["potentialAction"]["target"]["urlTemplate"].endswith("/cari/?kata={search_term_string}")


def test_front_page_names_the_operator_and_how_to_reach_them(client, settings):
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "Koperasi Sejahtera", "halo@koperasi.example"

    page = read(client, "/")

    assert "Nusa is run by Koperasi Sejahtera." in page
    assert "halo@koperasi.example" in page


def test_front_page_without_shops_invites_to_open_one(client):
    assert "No shops yet" in read(client, "/")


def test_front_page_with_shops_disabled_mentions_only_chat(client, settings, product):
    settings.LEGAL_PROFILE = "chat_only"

    page = read(client, "/")

    assert "Talk with family and friends" in page
    assert "/toko/" not in page
    assert "/tokoku/" not in page


def test_front_page_leaves_out_unavailable_products(client, bo, shop, product, make_product, now):
    hidden = make_product(shop, "Kalung rahasia")
    api.unpublish_product(owner_id=bo.pk, product=hidden.public_id, now=now)
    sold_out = make_product(shop, "Cincin habis")
    api.set_stock(owner_id=bo.pk, product=sold_out.public_id, on_hand=0, idempotency_key="none", now=now)

    page = read(client, "/")

    assert "Gelang manik" in page
    assert "Kalung rahasia" not in page
    assert "Cincin habis" not in page


def test_front_page_limits_products_per_shop(shop, make_product):
    for number in range(8):
        make_product(shop, f"Gelang {number}")

    newest = public_catalog.find_newest(products=front_page.PRODUCTS, shops=front_page.SHOPS, per_shop=3)

    assert len(newest.product_ids) == 3


def test_cached_front_page_takes_one_query(client, product, django_assert_num_queries):
    first = client.get("/")

    with django_assert_num_queries(1):
        again = client.get("/")

    assert again.content == first.content


def test_front_page_shows_a_change_at_once(client, bo, product, now):
    before = read(client, "/")

    api.change_product(owner_id=bo.pk, product=product.public_id, name="Gelang baru", now=now)

    assert "Gelang baru" not in before
    assert "Gelang baru" in read(client, "/")


def test_front_page_has_search_and_products_before_slogans(client, product):
    page = client.get("/").content.decode()

    places = [page.index(mark) for mark in ('class="find__form"', 'class="goods"', 'class="welcome__points"')]
    assert places == sorted(places)


def test_shops_page_shows_new_products_to_a_logged_in_person(client, ana, product):
    client.force_login(ana)

    page = client.get("/toko/").content.decode()

    assert 'id="newest-title"' in page
    assert f"/toko/manik-bo/{product.slug}/" in page


def test_search_for_shops_without_result_leads_to_products(client, product):
    page = client.get("/toko/", {"cari": "gelang"}, headers={"accept-language": "en"}).content.decode()

    assert "No shop or town is called “gelang”." in page
    assert 'href="/cari/?kata=gelang"' in page
    assert 'href="#newest-title"' in page
    assert f"/toko/manik-bo/{product.slug}/" in page
    assert page.count('href="/toko/"') == 1


def test_page_of_all_shops_does_not_link_to_itself(client, product):
    page = client.get("/toko/").content.decode()

    assert 'href="/toko/"' not in page
