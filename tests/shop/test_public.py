"""Public pages: for everybody, without an account, and never saying what is not known."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as project
from django.db import OperationalError
from django.utils import translation
from PIL import Image

from shop import api, photos
from shop.pages import public, public_showing
from superapp.core.money import Money
from tests.shop.pictures import photo

pytestmark = pytest.mark.django_db
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def add_photo(now):
    """``add_photo(product_view, owner)``."""

    def add(product, owner, **shape):
        kept = photos.store_photo(photo(**shape))
        return api.add_photo(
            owner_id=owner.pk,
            product=product.public_id,
            name=kept.name,
            width=kept.width,
            height=kept.height,
            placeholder=kept.placeholder,
            now=now,
        )

    return add


def read(client, path, **headers):
    answer = client.get(path, headers={"accept-language": "en", **headers})
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def facts(html):
    """The JSON-LD of a page, by type."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(scripts) == 1
    return {one["@type"]: one for one in json.loads(scripts[0])["@graph"]}


def meta(html):
    pairs = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    return {name: unescape(value) for name, value in pairs}


def address_of(shop, product):
    return f"/toko/{shop.handle}/{product.slug}/"


# What stands there.


def test_shop_is_seen_by_everybody(client, shop, make_product):
    make_product(shop, "Gelang manik", price=Money(1_250_000_00))

    html = read(client, "/toko/manik-bo/")

    assert '<h1 class="face__name">Manik Bo</h1>' in html
    assert "Yogyakarta" in html
    assert "Rp1.250.000" in html
    assert 'href="/toko/manik-bo/gelang-manik/"' in html
    assert 'href="/obrolan/toko/manik-bo/"' in html
    assert f'<link rel="canonical" href="{project.PUBLIC_URL}/toko/manik-bo/">' in html


def test_product_can_be_bought_asked_about_and_read(client, shop, product):
    html = read(client, address_of(shop, product))

    assert f'href="/beli/{product.public_id}/"' in html
    assert f'href="/obrolan/toko/manik-bo/?barang={product.public_id}"' in html
    assert "Rp25.000" in html
    assert "In stock" in html


@pytest.mark.parametrize("path", ["/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/"])
def test_public_pages_need_no_script_and_name_no_foreign_host(client, product, path):
    html = read(client, path)

    scripts = re.findall(r"<script[^>]*>", html)
    assert [tag for tag in scripts if "application/ld+json" not in tag] == []
    hosts = set(re.findall(r"https?://([^/\"'\s]+)", html))
    assert hosts <= {project.PUBLIC_URL.split("//")[1], "schema.org"}
    assert not re.search(r"<[^>]+\sstyle=", html)


@pytest.mark.parametrize(("quantity", "words"), [(10, "In stock"), (9, "9 left"), (1, "1 left"), (0, "Sold out")])
def test_stock_is_said_in_words(client, shop, make_product, quantity, words):
    product = make_product(shop, quantity=quantity)

    html = read(client, address_of(shop, product))

    assert re.search(rf'class="piece__stock"[^>]*>{words}<', html)
    assert ("/beli/" in html) is (quantity > 0)


def test_shop_that_is_closed_sells_nothing_and_shows_everything(client, bo, shop, product, now):
    api.change_shop(owner_id=bo.pk, is_open=False, now=now)

    html = read(client, address_of(shop, product))

    assert "The shop takes no orders for now" in html
    assert "/beli/" not in html
    assert "Rp25.000" in html


# What is not known is said to be so.


def test_price_that_cannot_be_read_is_said_and_never_nothing(client, monkeypatch, shop, product):
    page = dataclasses.replace(api.product_page("manik-bo", product.slug))
    blank = dataclasses.replace(page, product=dataclasses.replace(page.product, price=None))
    monkeypatch.setattr(public.api, "product_page", lambda *args, **kwargs: blank)

    html = read(client, address_of(shop, product))

    assert "The price cannot be shown right now" in html
    assert "Rp" not in re.sub(r'<section class="shelf".*', "", html, flags=re.DOTALL)
    assert "/beli/" not in html
    assert "offers" not in facts(html)["Product"]
    assert "product:price:amount" not in meta(html)


def test_stock_that_cannot_be_read_is_said_and_never_sold_out(client, monkeypatch, shop, product):
    page = api.product_page("manik-bo", product.slug)
    blank = dataclasses.replace(page, product=dataclasses.replace(page.product, stock=None))
    monkeypatch.setattr(public.api, "product_page", lambda *args, **kwargs: blank)

    html = read(client, address_of(shop, product))

    assert "How many are left cannot be shown right now" in html
    assert "Sold out" not in html
    assert "/beli/" not in html
    assert "availability" not in facts(html)["Product"]["offers"]


@pytest.mark.parametrize(
    "path", ["/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/", "/toko/manik-bo/rss.xml"]
)
def test_without_the_database_a_page_says_so_and_no_list_is_empty(client, monkeypatch, product, path):
    def out_of_reach(*args, **kwargs):
        raise OperationalError("the server closed the connection unexpectedly")

    for module, name in (("api", "shop_page"), ("api", "product_page"), ("api", "newest_products")):
        monkeypatch.setattr(getattr(public, module), name, out_of_reach)
    monkeypatch.setattr(public.directory, "find_shops", out_of_reach)

    answer = client.get(path, headers={"accept-language": "en"})

    html = answer.content.decode()
    assert answer.status_code == 503
    assert "We cannot reach our records" in html
    assert "No shop has opened yet" not in html
    assert "Rp0" not in html
    assert "max-age" not in answer.headers.get("Cache-Control", "")


# Who sees what.


def test_what_is_not_on_the_shelf_is_there_for_its_owner_alone(client, bo, make_user, shop, make_product):
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
def test_what_is_not_there_is_not_there(client, shop, path):
    assert client.get(path).status_code == 404


def test_page_for_everybody_may_be_kept_a_moment_and_one_of_somebody_may_not(client, bo, shop, product):
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
def test_html_and_script_in_every_field_stay_text(client, evil, path):
    shop, product = evil
    html = client.get(address_of(shop, product) if path == "PRODUCT" else path).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "onerror=alert(2)>" not in html
    if "<html" in html:
        known = html.count('<script type="application/ld+json">')
        assert html.count("<script") == html.count("</script>") == known


def test_facts_say_evil_names_as_they_are(client, evil):
    shop, product = evil

    told = facts(read(client, address_of(shop, product)))

    assert told["Product"]["name"] == product.name
    assert told["Product"]["description"] == EVIL


def test_search_words_stay_text(client, shop, product):
    html = client.get("/toko/", {"cari": EVIL}, headers={"accept-language": "en"}).content.decode()

    assert "<script>alert" not in html
    assert "No shop is called that" in html


# What machines read.


def test_facts_of_a_product_are_those_of_the_database(client, bo, shop, product, add_photo):
    add_photo(product, bo)
    shown = add_photo(product, bo, color=(0, 99, 0))

    told = facts(read(client, address_of(shop, product)))

    whole = f"{project.PUBLIC_URL}{address_of(shop, product)}"
    assert told["Product"]["sku"] == str(product.public_id)
    assert told["Product"]["image"] == [f"{project.PUBLIC_URL}/media/photo/{one.name}-840.webp" for one in shown.photos]
    assert told["Product"]["offers"] == {
        "@type": "Offer",
        "url": whole,
        "price": "25000",
        "priceCurrency": "IDR",
        "itemCondition": "https://schema.org/NewCondition",
        "availability": "https://schema.org/InStock",
        "seller": {"@type": "Store", "@id": f"{project.PUBLIC_URL}/toko/manik-bo/#store", "name": "Manik Bo"},
    }
    steps = [step["item"] for step in told["BreadcrumbList"]["itemListElement"]]
    assert steps == [f"{project.PUBLIC_URL}/toko/", f"{project.PUBLIC_URL}/toko/manik-bo/", whole]


def test_facts_of_what_is_sold_out_say_so(client, shop, make_product):
    product = make_product(shop, quantity=0)

    offer = facts(read(client, address_of(shop, product)))["Product"]["offers"]

    assert offer["availability"] == "https://schema.org/OutOfStock"


def test_facts_of_a_shop(client, bo, make_shop, make_product):
    shop = make_shop(bo, opening_hours={"mon": [["08:00", "17:00"]]})
    make_product(shop)

    told = facts(read(client, "/toko/manik-bo/"))

    assert told["Store"]["address"]["addressLocality"] == "Yogyakarta"
    assert told["Store"]["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "https://schema.org/Monday",
            "opens": "08:00",
            "closes": "17:00",
        }
    ]
    assert [one["name"] for one in told["ItemList"]["itemListElement"]] == ["Gelang manik"]


def test_preview_of_a_link_has_a_title_a_price_and_a_picture(client, bo, shop, product, add_photo):
    add_photo(product, bo)

    said = meta(read(client, address_of(shop, product)))

    assert said["og:title"] == "Gelang manik · Manik Bo"
    assert (said["product:price:amount"], said["product:price:currency"]) == ("25000", "IDR")
    picture = client.get(said["og:image"].removeprefix(project.PUBLIC_URL))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_feed_has_what_is_new_first(client, shop, make_product, now):
    make_product(shop, "Lama")
    make_product(shop, "Baru")

    answer = client.get("/toko/manik-bo/rss.xml")

    channel = ET.fromstring(answer.content).find("channel")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert [item.findtext("title") for item in channel.findall("item")] == ["Baru", "Lama"]
    assert channel.find("item").findtext("link") == f"{project.PUBLIC_URL}/toko/manik-bo/baru/"
    assert "Rp25.000" in channel.find("item").findtext("description")
    assert channel.find(f"{ATOM}link").get("href") == f"{project.PUBLIC_URL}/toko/manik-bo/rss.xml"


def test_map_of_the_site_has_every_public_address_and_no_other(client, shop, product, make_product):
    make_product(shop, "Rahasia", listed=False)

    tree = ET.fromstring(client.get("/sitemap.xml").content)

    found = [
        node.text.removeprefix(project.PUBLIC_URL)
        for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert found == ["/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/"]


def test_map_that_is_too_long_becomes_a_map_of_maps(client, monkeypatch, shop, product):
    monkeypatch.setattr("shop.pages.public_files.ADDRESSES_PER_MAP", 2)

    index = client.get("/sitemap.xml").content.decode()
    parts = [client.get(f"/sitemap-{number}.xml").content.decode().count("<loc>") for number in (1, 2)]

    assert index.count("<sitemap>") == 2
    assert parts == [2, 1]


def test_robots_are_shown_shops_and_kept_from_people(client):
    text = client.get("/robots.txt").content.decode()

    assert f"Sitemap: {project.PUBLIC_URL}/sitemap.xml" in text
    assert {"Disallow: /obrolan/", "Disallow: /dompet/", "Disallow: /api/"} <= set(text.splitlines())
    assert "Disallow: /toko/" not in text


# Finding shops.


def test_shop_is_found_by_name_and_by_town(client, make_user, make_shop, make_product):
    for handle, name, town in (("kopi", "Kopi Rante", "Rantepao"), ("manik", "Manik Sekar", "Yogyakarta")):
        make_product(make_shop(make_user(handle), handle=f"{handle}-toko", name=name, town=town))

    def found(query):
        return re.findall(r'class="keeper__name">([^<]+)<', read(client, f"/toko/?cari={query}"))

    assert found("") == ["Kopi Rante", "Manik Sekar"]
    assert found("rante") == ["Kopi Rante"]
    assert found("yogya") == ["Manik Sekar"]
    assert found("manik+yogya") == ["Manik Sekar"]
    assert found("tidak") == []


def test_shop_without_goods_is_not_among_those_to_be_found(client, shop):
    assert "Manik Bo" not in read(client, "/toko/")


# How much is asked of the database.


@pytest.mark.parametrize(
    ("path", "queries"), [("/toko/", 3), ("/toko/manik-bo/", 3), ("/toko/manik-bo/gelang-manik/", 4)]
)
def test_a_page_asks_as_often_for_many_as_for_one(
    client, bo, shop, product, make_product, add_photo, django_assert_num_queries, path, queries
):
    add_photo(product, bo)
    add_photo(make_product(shop, "Gelang lain"), bo, color=(0, 0, 99))
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
    for number in range(12):
        add_photo(make_product(shop, f"Barang {number}"), bo, color=(number, 0, 0))

    with django_assert_num_queries(queries):
        client.get(path)


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
def test_hours_are_told_by_the_clock_of_the_shop(shop, at, words):
    hours = {"mon": [["08:00", "17:00"]], "wed": [["09:00", "24:00"]]}
    view = dataclasses.replace(shop, opening_hours=hours)
    day, hour, minute = at

    with translation.override("en"):
        # 1 March 2027 is a Monday; Yogyakarta is seven hours ahead.
        said = public_showing.hours_now(view, now=datetime(2027, 3, day, hour, minute, tzinfo=UTC))

    assert said == words


def test_shop_that_says_nothing_of_hours_is_not_called_closed(shop, now):
    assert public_showing.hours_now(shop, now=now) == ""
    assert public_showing.hours(shop, now=now) == []


# Cards for sharing.


def test_card_is_drawn_once_and_changes_with_what_it_says(client, bo, shop, product, add_photo, now, monkeypatch):
    add_photo(product, bo)
    old = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)
    first = client.get(old)
    monkeypatch.setattr("shop.share_card.draw", lambda card: b"drawn again")
    assert client.get(old).content == first.content

    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)
    new = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)

    assert new != old
    assert client.get(old).headers["Location"] == new
    assert client.get(new).content == b"drawn again"


def test_card_of_what_is_not_public_is_not_there(client, shop, make_product):
    draft = make_product(shop, listed=False)

    assert client.get(f"/media/share/product/{draft.public_id}/{'0' * 24}.jpg").status_code == 404


def test_card_has_the_size_that_messengers_want(client, shop, product):
    path = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)

    assert Image.open(BytesIO(client.get(path).content)).size == (1200, 630)
