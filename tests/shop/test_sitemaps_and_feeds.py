"""Machine-readable parts of public pages: structured data, feeds, sitemaps, and cards for sharing."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as project
from PIL import Image

from shop import api
from shop.pages import sitemaps_and_feeds
from superapp.core.money import Money
from tests.shop.storefronts import address_of, facts, meta, read

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


# What machines read.


def test_structured_data_of_a_product_matches_the_database(client, bo, shop, product, add_photo):
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
        "seller": {"@type": "Organization", "name": "Manik Bo", "url": f"{project.PUBLIC_URL}/toko/manik-bo/"},
    }
    steps = [step["item"] for step in told["BreadcrumbList"]["itemListElement"]]
    assert steps == [f"{project.PUBLIC_URL}/toko/", f"{project.PUBLIC_URL}/toko/manik-bo/", whole]


def test_structured_data_of_a_sold_out_product_says_so(client, shop, make_product):
    product = make_product(shop, quantity=0)

    offer = facts(read(client, address_of(shop, product)))["Product"]["offers"]

    assert offer["availability"] == "https://schema.org/OutOfStock"


def test_structured_data_of_a_shop_is_complete(client, bo, make_shop, make_product):
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


def test_open_graph_data_has_title_price_and_picture(client, bo, shop, product, add_photo):
    add_photo(product, bo)

    said = meta(read(client, address_of(shop, product)))

    assert said["og:title"] == "Gelang manik · Manik Bo"
    assert (said["product:price:amount"], said["product:price:currency"]) == ("25000", "IDR")
    picture = client.get(said["og:image"].removeprefix(project.PUBLIC_URL))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_feed_lists_newest_products_first(client, shop, make_product, now):
    make_product(shop, "Lama")
    make_product(shop, "Baru")

    answer = client.get("/toko/manik-bo/rss.xml")

    channel = ET.fromstring(answer.content).find("channel")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert [item.findtext("title") for item in channel.findall("item")] == ["Baru", "Lama"]
    assert channel.find("item").findtext("link") == f"{project.PUBLIC_URL}/toko/manik-bo/baru/"
    assert "Rp25.000" in channel.find("item").findtext("description")
    assert channel.find(f"{ATOM}link").get("href") == f"{project.PUBLIC_URL}/toko/manik-bo/rss.xml"


def test_site_map_has_every_public_address_and_no_other(client, monkeypatch, shop, product, make_product):
    # Primary keys of tests before this one may be high.
    monkeypatch.setattr(sitemaps_and_feeds, "URLS_PER_SITEMAP", 10**9)
    make_product(shop, "Rahasia", listed=False)

    tree = ET.fromstring(client.get("/sitemap.xml").content)

    found = [
        node.text.removeprefix(project.PUBLIC_URL)
        for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert found == ["/", "/toko/", "/kategori/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/"]


def test_large_site_map_is_split_under_an_index(client, monkeypatch, shop, product, make_product):
    others = [make_product(shop, f"Kalung {number}") for number in range(3)]
    monkeypatch.setattr(sitemaps_and_feeds, "URLS_PER_SITEMAP", 2)

    index = client.get("/sitemap.xml").content.decode()
    parts = re.findall(r"/sitemap-\d+\.xml", index)
    maps = "".join(client.get(part).content.decode() for part in parts)

    assert len(parts) >= 2
    for one in (product, *others):
        assert maps.count(f"/toko/{shop.handle}/{one.slug}/<") == 1
    assert maps.count(f"/toko/{shop.handle}/<") == 1


@pytest.mark.parametrize("number", [0, 2, 999, 10**17])
def test_unknown_site_map_is_404_without_queries(client, monkeypatch, product, django_assert_max_num_queries, number):
    monkeypatch.setattr(sitemaps_and_feeds, "URLS_PER_SITEMAP", 10**9)
    with django_assert_max_num_queries(2):
        answer = client.get(f"/sitemap-{number}.xml")

    assert answer.status_code == 404


def test_robots_txt_allows_shops_and_disallows_people(client):
    text = client.get("/robots.txt").content.decode()

    assert f"Sitemap: {project.PUBLIC_URL}/sitemap.xml" in text
    assert {"Disallow: /obrolan/", "Disallow: /dompet/", "Disallow: /api/"} <= set(text.splitlines())
    assert "Disallow: /toko/" not in text


# Cards for sharing.


def test_share_card_is_drawn_once_and_redrawn_after_a_change(client, bo, shop, product, add_photo, now, monkeypatch):
    add_photo(product, bo)
    old = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)
    first = client.get(old)
    monkeypatch.setattr("shop.queries.share_cards.draw", lambda card, photos: b"drawn again")
    assert client.get(old).content == first.content

    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)
    new = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)

    assert new != old
    assert client.get(old).headers["Location"] == new
    assert client.get(new).content == b"drawn again"


def test_share_card_with_a_missing_photo_is_not_kept(client, bo, shop, product, add_photo, settings):
    shown = add_photo(product, bo)
    name = shown.photos[0].name
    path = Path(settings.MEDIA_ROOT) / "photo" / name[:2] / f"{name}-1280.webp"
    content = path.read_bytes()
    path.unlink()
    address = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)
    without = client.get(address)

    path.write_bytes(content)
    again = client.get(address)

    assert (without.status_code, without.headers["Cache-Control"]) == (200, "no-store")
    assert Image.open(BytesIO(without.content)).size == (1200, 630)
    assert again.content != without.content
    assert "immutable" in again.headers["Cache-Control"]


def test_share_card_of_a_non_public_product_is_404(client, shop, make_product):
    draft = make_product(shop, listed=False)

    assert client.get(f"/media/share/product/{draft.public_id}/{'0' * 24}.jpg").status_code == 404


def test_share_card_has_the_size_for_link_previews(client, shop, product):
    path = meta(read(client, address_of(shop, product)))["og:image"].removeprefix(project.PUBLIC_URL)

    assert Image.open(BytesIO(client.get(path).content)).size == (1200, 630)
