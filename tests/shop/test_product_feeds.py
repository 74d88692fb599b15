"""Feeds for catalogs of others, photos as JPEG, posters, and cards for other sites."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as project
from PIL import Image

from shop import api
from shop.models import Variant
from shop.pages import product_feeds as pages
from shop.queries import product_feeds
from superapp.realtime.rate_limits import Throttle
from tests.shop.conftest import COLOURS
from tests.shop.html_clients import browser_of
from tests.shop.printed import read_pdf
from tests.shop.storefronts import address_of, facts, read
from tests.shop.test_unreadable_stock import without_guards

pytestmark = pytest.mark.django_db
G = "{http://base.google.com/ns/1.0}"
GOOGLE, META = "/toko/manik-bo/google.xml", "/toko/manik-bo/meta.csv"


def google_items(client) -> list[dict[str, str]]:
    root = ET.fromstring(client.get(GOOGLE).content)  # Our own.
    return [{field.tag.removeprefix(G): field.text or "" for field in item} for item in root.iter("item")]


def meta_rows(client) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(META).content.decode())))


@pytest.fixture
def shown(bo, product, add_photo) -> api.ProductDetails:
    return add_photo(product, bo)


def test_both_feeds_say_what_the_page_says(client, shop, shown):
    offer = facts(read(client, address_of(shop, shown)))["Product"]["offers"]

    [item], [row] = google_items(client), meta_rows(client)

    link = f"{project.PUBLIC_URL}{address_of(shop, shown)}"
    assert (offer["price"], item["price"], row["price"]) == ("25000", "25000.00 IDR", "25000.00 IDR")
    assert (item["availability"], row["availability"]) == ("in_stock", "in stock")
    assert (item["link"], row["link"], item["id"], row["id"]) == (link, link, *[str(shown.public_id)] * 2)
    assert item["identifier_exists"] == "no"
    assert item["image_link"] == row["image_link"] == f"{project.PUBLIC_URL}/media/photo/{shown.photos[0].name}.jpg"


def test_variants_are_items_of_one_group(client, bo, shop, shown, now):
    api.set_options(owner_id=bo.pk, product=shown.public_id, options=[COLOURS], expected_version=shown.version, now=now)

    items = google_items(client)

    assert {item["title"] for item in items} == {"Gelang manik (Merah)", "Gelang manik (Biru)"}
    assert {item["item_group_id"] for item in items} == {str(shown.public_id)}
    for item in items:
        assert item["link"].endswith(f"?varian={item['id']}")
        assert client.get(item["link"].removeprefix(project.PUBLIC_URL)).status_code == 200


def test_feeds_follow_stock_and_the_shop(client, bo, shop, shown, now):
    api.set_stock(owner_id=bo.pk, product=shown.public_id, on_hand=0, idempotency_key="none-left", now=now)

    assert google_items(client)[0]["availability"] == "out_of_stock"
    assert meta_rows(client)[0]["availability"] == "out of stock"


def test_feed_is_refused_while_a_stock_is_unknown(client, shown):
    """A feed without the product would tell catalogs that it is gone."""
    row = Variant.objects.get(product__public_id=shown.public_id)
    without_guards("DELETE FROM shop_stockmove WHERE stock_id = %s", row.pk)
    without_guards("DELETE FROM shop_stock WHERE variant_id = %s", row.pk)

    for path in (GOOGLE, META):
        assert client.get(path).status_code == 503


def test_products_without_photo_or_page_are_left_out(client, bo, shop, shown, make_product):
    make_product(shop, name="Tanpa foto")
    make_product(shop, name="Draf", listed=False)

    assert [item["title"] for item in google_items(client)] == ["Gelang manik"]
    page = browser_of(bo).get("/tokoku/saluran/").content.decode()
    assert "1 produk yang tampil belum punya foto" in page


def test_what_people_wrote_stays_text(client, bo, shop, make_product, add_photo):
    add_photo(make_product(shop, name="=1+1 <b>&", description="@SUM(A1)\n<script>alert(1)</script>"), bo)

    [item], [row] = google_items(client), meta_rows(client)

    assert item["title"] == "=1+1 <b>&"
    assert row["title"] == "'=1+1 <b>&"
    assert row["description"] == "'@SUM(A1) <script>alert(1)</script>"


def test_unknown_shop_has_no_feed(client):
    assert client.get("/toko/tiada/google.xml").status_code == 404
    assert client.get("/toko/tiada/meta.csv").status_code == 404


def test_large_feed_costs_a_stranger_more(client, shown, monkeypatch):
    monkeypatch.setattr(product_feeds, "summarize_feed", lambda _shop: product_feeds.FeedSummary(59_500, 0))

    assert [client.get(GOOGLE).status_code for _time in range(2)] == [200, 429]


def test_large_feed_costs_a_member_as_much(ana, shown, monkeypatch):
    monkeypatch.setattr(pages, "read_throttle", Throttle(per_second=50, burst=300))
    monkeypatch.setattr(product_feeds, "summarize_feed", lambda _shop: product_feeds.FeedSummary(20_000, 0))
    browser = browser_of(ana)

    assert [browser.get(META).status_code for _time in range(2)] == [200, 429]


def test_feed_reads_many_products_with_few_queries(
    client, bo, shop, shown, make_product, add_photo, django_assert_max_num_queries
):
    for number in range(3):
        add_photo(make_product(shop, name=f"Kalung {number}"), bo, color=(number, 0, 0))

    with django_assert_max_num_queries(8):
        assert len(google_items(client)) == 4


def test_photo_is_sent_as_jpeg_until_it_is_gone(client, shown):
    name = shown.photos[0].name

    answer = client.get(f"/media/photo/{name}.jpg")

    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) >= 500
    assert client.get(f"/media/photo/{'0' * 64}.jpg").status_code == 404


def test_poster_leads_to_the_product(client, bo, shop, shown):
    sent = browser_of(bo).post(f"/tokoku/barang/{shown.public_id}/poster/")

    assert (sent.status_code, sent.headers["Content-Type"]) == (200, "application/pdf")
    [code], [words], [size] = read_pdf(sent.content)
    assert code == f"{project.PUBLIC_URL}{address_of(shop, shown)}"
    assert size == (148, 210)
    for words_there in ("Gelang manik", "Rp25.000", "Manik Bo"):
        assert words_there in words


def test_poster_of_another_shop_is_not_drawn(client, ana, make_shop, shown):
    make_shop(ana, handle="toko-ana")

    assert browser_of(ana).post(f"/tokoku/barang/{shown.public_id}/poster/").status_code == 404


def test_card_for_other_sites_may_be_framed_and_shows_nobody(client, ana, shop, shown):
    path = f"{address_of(shop, shown)}kartu/"

    answer = browser_of(ana).get(path)

    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    assert "<script" not in answer.content.decode()
    assert "csrf" not in answer.content.decode()
    assert "frame-ancestors 'none'" in client.get(address_of(shop, shown)).headers["Content-Security-Policy"]


def test_draft_has_no_card(client, bo, shop, make_product):
    draft = make_product(shop, name="Draf", listed=False)

    assert browser_of(bo).get(f"{address_of(shop, draft)}kartu/").status_code == 404


def test_embed_code_survives_every_name(client, bo, shop, make_product):
    product = make_product(shop, name='Kalung "Bintang" </textarea><b>')

    page = browser_of(bo).get(f"/tokoku/barang/{product.public_id}/").content.decode()

    assert "</textarea><b>" not in page
    # The page escapes the code once more, in which quotes are escaped already.
    assert "title=&quot;Kalung &amp;quot;Bintang&amp;quot;" in page
