"""Public pages: for everybody, without an account, and never saying what is not known."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings as project
from django.db import OperationalError
from django.utils import translation

from shop import api
from shop.pages import storefront_presenters, storefronts
from superapp.core.money import Money
from tests.shop.storefronts import address_of, facts, meta, read

pytestmark = pytest.mark.django_db
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


# What stands there.


def test_storefront_is_public(client, shop, make_product):
    make_product(shop, "Gelang manik", price=Money(1_250_000_00))

    html = read(client, "/toko/manik-bo/")

    assert '<h1 class="face__name">Manik Bo</h1>' in html
    assert "Yogyakarta" in html
    assert "Rp1.250.000" in html
    assert 'href="/toko/manik-bo/gelang-manik/"' in html
    assert 'href="/obrolan/toko/manik-bo/"' in html
    assert f'<link rel="canonical" href="{project.PUBLIC_URL}/toko/manik-bo/">' in html


def test_product_page_offers_buying_asking_and_details(client, shop, product):
    html = read(client, address_of(shop, product))

    assert f'href="/beli/{product.public_id}/"' in html
    assert f'href="/obrolan/toko/manik-bo/?barang={product.public_id}"' in html
    assert "Rp25.000" in html
    assert "In stock" in html


@pytest.mark.parametrize("path", ["/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/"])
def test_public_pages_need_no_script_and_name_no_foreign_host(client, product, path):
    html = read(client, path)

    scripts = [tag for tag in re.findall(r"<script[^>]*>", html) if "application/ld+json" not in tag]
    # A product has a button that shares its address; without the script it stays hidden.
    assert all("/shop/js/share_page." in tag for tag in scripts)
    assert (html.count(" data-share-page=") == len(scripts) == 1) is ("gelang-manik" in path)
    hosts = set(re.findall(r"https?://([^/\"'\s]+)", html))
    assert hosts <= {project.PUBLIC_URL.split("//")[1], "schema.org"}
    assert not re.search(r"<[^>]+\sstyle=", html)


@pytest.mark.parametrize(("quantity", "words"), [(10, "In stock"), (9, "9 left"), (1, "1 left"), (0, "Sold out")])
def test_stock_is_shown_in_words(client, shop, make_product, quantity, words):
    product = make_product(shop, quantity=quantity)

    html = read(client, address_of(shop, product))

    assert re.search(rf'class="piece__stock"[^>]*>{words}<', html)
    assert ("/beli/" in html) is (quantity > 0)


def test_closed_shop_shows_products_and_sells_none(client, bo, shop, product, now):
    api.change_shop(owner_id=bo.pk, is_open=False, now=now)

    html = read(client, address_of(shop, product))

    assert "The shop is not taking orders for now" in html
    assert "/beli/" not in html
    assert "Rp25.000" in html


# What is not known is said to be so.


def test_unreadable_price_is_reported_and_not_shown_as_zero(client, monkeypatch, shop, product):
    page = dataclasses.replace(api.fetch_product("manik-bo", product.slug))
    blank = dataclasses.replace(page, product=dataclasses.replace(page.product, price=None, variants=()))
    monkeypatch.setattr(storefronts.api, "fetch_product", lambda *args, **kwargs: blank)

    html = read(client, address_of(shop, product))

    assert "The price cannot be shown right now" in html
    assert "Rp" not in re.sub(r'<section class="shelf".*', "", html, flags=re.DOTALL)
    assert "/beli/" not in html
    assert "offers" not in facts(html)["Product"]
    assert "product:price:amount" not in meta(html)


def test_unreadable_stock_is_reported_and_not_shown_as_sold_out(client, monkeypatch, shop, product):
    page = api.fetch_product("manik-bo", product.slug)
    uncounted = tuple(dataclasses.replace(variant, stock=None) for variant in page.product.variants)
    blank = dataclasses.replace(page, product=dataclasses.replace(page.product, stock=None, variants=uncounted))
    monkeypatch.setattr(storefronts.api, "fetch_product", lambda *args, **kwargs: blank)

    html = read(client, address_of(shop, product))

    assert "Stock cannot be shown right now" in html
    assert "Sold out" not in html
    assert "/beli/" not in html
    assert "availability" not in facts(html)["Product"]["offers"]


@pytest.mark.parametrize(
    "path", ["/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/", "/toko/manik-bo/rss.xml"]
)
def test_storefront_without_the_database_says_so_and_no_list_is_empty(client, monkeypatch, product, path):
    def out_of_reach(*args, **kwargs):
        raise OperationalError("the server closed the connection unexpectedly")

    for module, name in (("api", "fetch_catalog_page"), ("api", "fetch_product"), ("api", "fetch_newest_products")):
        monkeypatch.setattr(getattr(storefronts, module), name, out_of_reach)
    monkeypatch.setattr(storefronts.public_catalog, "find_shops", out_of_reach)

    answer = client.get(path, headers={"accept-language": "en"})

    html = answer.content.decode()
    assert answer.status_code == 503
    assert "Temporarily unavailable" in html
    assert "No shops yet" not in html
    assert "Rp0" not in html
    assert "max-age" not in answer.headers.get("Cache-Control", "")


# Who sees what.


def test_unlisted_product_is_shown_to_its_owner_only(client, bo, make_user, shop, make_product):
    draft = make_product(shop, "Rahasia", listed=False)
    path = address_of(shop, draft)

    assert client.get(path).status_code == 404
    client.force_login(make_user("eve"))
    assert client.get(path).status_code == 404
    client.force_login(bo)
    html = client.get(path, headers={"accept-language": "en"}).content.decode()

    assert "Rahasia" in html
    assert meta(html)["robots"] == "noindex"
    assert "/beli/" not in html
    assert "Rahasia" not in client.get("/toko/manik-bo/").content.decode()
    assert "Rahasia" not in client.get("/toko/").content.decode()


@pytest.mark.parametrize(
    "path", ["/toko/tidak-ada/", "/toko/tidak-ada/x/", "/toko/manik-bo/tidak-ada/", "/toko/tidak-ada/rss.xml"]
)
def test_unknown_storefront_address_is_404(client, shop, path):
    assert client.get(path).status_code == 404


def test_public_page_is_cacheable_and_personal_page_is_not(client, bo, shop, product):
    public_answer = client.get("/toko/manik-bo/")
    client.force_login(bo)
    own_answer = client.get("/toko/manik-bo/")

    assert public_answer.headers["Cache-Control"] == "public, max-age=30"
    assert "Set-Cookie" not in public_answer.headers
    assert {"Cookie", "Accept-Language"} <= set(public_answer.headers["Vary"].split(", "))
    assert "private" in own_answer.headers["Cache-Control"]
    assert "no-cache" in own_answer.headers["Cache-Control"]


# What somebody writes is text, and nothing else.


@pytest.fixture
def evil(bo, make_shop, make_product, now):
    shop = make_shop(bo, name=EVIL[:60], town=EVIL[:60], about=EVIL)
    return shop, make_product(shop, EVIL[:120], description=EVIL)


@pytest.mark.parametrize("path", ["/toko/", "/toko/manik-bo/", "PRODUCT", "/toko/manik-bo/rss.xml", "/sitemap.xml"])
def test_html_in_every_field_is_escaped(client, evil, path):
    shop, product = evil
    html = client.get(address_of(shop, product) if path == "PRODUCT" else path).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "onerror=alert(2)>" not in html
    if "<html" in html:
        known = html.count('<script type="application/ld+json">') + html.count("/shop/js/share_page.")
        assert html.count("<script") == html.count("</script>") == known


def test_structured_data_escapes_hostile_names(client, evil):
    shop, product = evil

    told = facts(read(client, address_of(shop, product)))

    assert told["Product"]["name"] == product.name
    assert told["Product"]["description"] == EVIL


def test_search_words_are_escaped(client, shop, product):
    html = client.get("/toko/", {"cari": EVIL}, headers={"accept-language": "en"}).content.decode()

    assert "<script>alert" not in html
    assert "No shops found" in html


# Finding shops.


def test_shop_search_finds_by_name_and_town(client, make_user, make_shop, make_product):
    for handle, name, town in (("kopi", "Kopi Rante", "Rantepao"), ("manik", "Manik Sekar", "Yogyakarta")):
        make_product(make_shop(make_user(handle), handle=f"{handle}-toko", name=name, town=town))

    def found(query):
        return re.findall(r'class="keeper__name">([^<]+)<', read(client, f"/toko/?cari={query}"))

    assert found("") == ["Kopi Rante", "Manik Sekar"]
    assert found("rante") == ["Kopi Rante"]
    assert found("yogya") == ["Manik Sekar"]
    assert found("manik+yogya") == ["Manik Sekar"]
    assert found("tidak") == []


def test_shop_without_products_is_not_listed(client, shop):
    assert "Manik Bo" not in read(client, "/toko/")


# Opening hours.


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((1, 1, 30), "Open now, until 17:00 WIB"),
        ((1, 0, 30), "Opens today at 08:00 WIB"),
        ((1, 10, 30), "Opens Wednesday at 09:00 WIB"),
        ((2, 3, 0), "Opens tomorrow at 09:00 WIB"),
        ((3, 16, 30), "Open now, until 24:00 WIB"),
    ],
    ids=["open", "before", "after", "the day before", "until midnight"],
)
def test_opening_hours_use_the_time_zone_of_the_shop(shop, at, words):
    hours = {"mon": [["08:00", "17:00"]], "wed": [["09:00", "24:00"]]}
    view = dataclasses.replace(shop, opening_hours=hours)
    day, hour, minute = at

    with translation.override("en"):
        # 1 March 2027 is a Monday; Yogyakarta is seven hours ahead.
        said = storefront_presenters.opening_status(view, now=datetime(2027, 3, day, hour, minute, tzinfo=UTC))

    assert said == words


def test_shop_without_opening_hours_is_not_called_closed(shop, now):
    assert storefront_presenters.opening_status(shop, now=now) == ""
    assert storefront_presenters.opening_hours_table(shop, now=now) == []


@pytest.mark.parametrize(
    ("grams", "language", "words"),
    [(1_500, "id", "Berat: 1.500 gram"), (1_500, "en", "Weight: 1,500 grams"), (1, "en", "Weight: 1 gram")],
)
def test_weight_is_formatted_in_the_language_of_the_reader(grams, language, words, shop):
    with translation.override(language):
        assert storefront_presenters.weight_label(grams) == words


def test_weight_is_shown_on_the_product_page_if_set(client, shop, make_product):
    light, without = make_product(shop, weight_grams=1_500), make_product(shop)

    assert "Berat: 1.500 gram" in client.get(f"/toko/{shop.handle}/{light.slug}/").content.decode()
    assert "Berat" not in client.get(f"/toko/{shop.handle}/{without.slug}/").content.decode()
