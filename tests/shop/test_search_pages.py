"""Pages of product search: public, without scripts, narrowed down and paged by their address, and honest when empty."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shop import api
from shop.pages import page_cache, search_form
from shop.queries import product_search
from superapp.accounts.adapters import page_auth
from superapp.core.money import Money
from superapp.realtime.rate_limits import Throttle
from tests.shop.html_clients import browser_of
from tests.shop.storefronts import index as index
from tests.shop.storefronts import meta, names, read

pytestmark = pytest.mark.django_db
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def count(html: str) -> str:
    return re.search(r'id="found-title">([^<]+)<', html)[1]


# Found.


def test_product_is_found_by_a_part_of_its_name(client, product, index):
    index()

    html = read(client, "/cari/?kata=gelang")

    assert names(html) == ["Gelang manik"]
    assert count(html) == "1 product"
    assert 'href="/toko/manik-bo/gelang-manik/"' in html
    assert meta(html)["robots"] == "noindex"


def test_search_within_a_shop_finds_nothing_of_others(client, product, make_shop, make_user, make_product, index):
    make_product(make_shop(make_user("eve"), "toko-eve", name="Toko Eve"), "Gelang eve")
    index()

    assert sorted(names(read(client, "/cari/?kata=gelang"))) == ["Gelang eve", "Gelang manik"]
    html = read(client, "/cari/?kata=gelang&toko=toko-eve")
    assert names(html) == ["Gelang eve"]
    assert "Search in Toko Eve" in html
    assert "No results for “manik” in Toko Eve" in read(client, "/cari/?kata=manik&toko=toko-eve")
    assert client.get("/cari/?kata=gelang&toko=tiada").status_code == 404


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("dari=20.000", [30, 20]),
        ("sampai=20.000", [20, 10]),
        ("dari=20000&sampai=Rp20.000", [20]),
        ("urut=termurah", [10, 20, 30]),
        ("urut=termahal", [30, 20, 10]),
        ("urut=terbaru", [30, 20, 10]),
        ("urut=dibuat-buat", [30, 20, 10]),
        ("kota=yogyakarta", [30, 20, 10]),
        ("kota=YOGYAKARTA", [30, 20, 10]),
    ],
)
def test_results_are_narrowed_down_and_sorted(client, shop, make_product, index, fields, expected):
    for thousands in (10, 20, 30):
        make_product(shop, f"Gelang {thousands}", price=Money(thousands * 1_000_00))
    index()

    html = read(client, f"/cari/?kata=gelang&{fields}")

    assert names(html) == [f"Gelang {thousands}" for thousands in expected]


def test_towns_of_what_was_found_are_offered_and_narrow_it_down(
    client, product, make_shop, make_user, make_product, index
):
    make_product(make_shop(make_user("eve"), "toko-eve", town="Kota Solo"), "Gelang solo")
    index()

    html = read(client, "/cari/?kata=gelang")
    assert re.findall(r'<option value="([^"]*)"', html.partition('id="kota"')[2].partition("</select>")[0]) == [
        "",
        "kota solo",
        "yogyakarta",
    ]

    html = read(client, "/cari/?kata=gelang&kota=kota solo")
    assert names(html) == ["Gelang solo"]
    assert '<option value="kota solo" selected>Kota Solo</option>' in html


@pytest.mark.parametrize("price", ["murah", "-1", "1e6", "1,000", "99999999999999999999", "²"])
def test_price_that_cannot_be_read_is_shown_again_with_a_sentence(client, product, index, price):
    index()

    html = client.get("/cari/", {"kata": "gelang", "dari": price}, headers={"accept-language": "en"}).content.decode()

    assert f'value="{price}"' in html
    assert "Write it like this: 50.000" in html
    assert names(html) == ["Gelang manik"]


@pytest.mark.parametrize("order", ["", "terbaru", "termurah", "termahal"], ids=lambda order: order or "relevant")
def test_pages_follow_each_other_without_gap_or_repetition(monkeypatch, client, shop, make_product, index, order):
    monkeypatch.setattr(product_search, "PAGE_SIZE", 3)
    for number in range(8):
        make_product(shop, f"Gelang {number}", price=Money((number % 3 + 1) * 1_000_00))
    index()
    seen, address = [], f"?kata=gelang&urut={order}"

    for _page in range(3):
        html = read(client, f"/cari/{address}")
        seen += names(html)
        more = re.search(r'<p class="more"><a class="button" href="([^"]+)"', html)
        if more is None:
            break
        # What comes meanwhile moves nothing of what follows.
        make_product(shop, f"Gelang baru {_page}", price=Money(1_00 if order == "termahal" else 9_000_00))
        address = more[1].replace("&amp;", "&")

    whole = [name for name in seen if "baru" not in name]
    assert sorted(whole) == [f"Gelang {number}" for number in range(8)]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "1", "1.0", "1." + "0" * 32, "9" * 40, "-1." + "0" * 32])
def test_cursor_that_nobody_gave_begins_at_the_first_page(client, product, index, cursor):
    index()

    assert names(read(client, f"/cari/?kata=gelang&sesudah={cursor}")) == ["Gelang manik"]


def test_mistyped_word_is_corrected_and_said_to_be(client, product, index):
    index()

    html = read(client, "/cari/?kata=gelnag")

    assert names(html) == ["Gelang manik"]
    assert "Showing results for “gelang”. No results for “gelnag”." in html


def test_large_counts_are_told_roughly(monkeypatch, client, shop, make_product, index):
    for number in range(4):
        make_product(shop, f"Gelang {number}")
    index()
    monkeypatch.setattr(search_form.search, "COUNT_MAX", 3)

    assert count(read(client, "/cari/?kata=gelang")) == "3+ products"


# Never shown.


def test_hidden_products_and_closed_shops_are_gone_before_the_index_knows(client, bo, shop, product, index, now):
    index()

    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)
    assert "Gelang manik" not in read(client, "/cari/?kata=gelang")

    api.publish_product(owner_id=bo.pk, product=product.public_id, now=now)
    index()
    api.change_shop(owner_id=bo.pk, is_open=False, now=now)
    assert "Gelang manik" not in read(client, "/cari/?kata=gelang")
    html = read(client, "/cari/?kata=gelang&toko=manik-bo")
    assert "Gelang manik" not in html
    assert "cannot be searched until it reopens" in html
    assert "No results" not in html
    assert "/cari/" not in read(client, "/toko/manik-bo/")


def test_price_and_stock_are_those_of_now(client, bo, product, index, now):
    index()
    read(client, "/cari/?kata=gelang")
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(31_000_00), now=now)
    api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=0, idempotency_key="none", now=now)

    html = read(client, "/cari/?kata=gelang")

    assert "Rp31.000" in html
    assert "Sold out" in html


@pytest.mark.parametrize(
    "typed",
    [EVIL, "'" * 10_000, "gelang " * 2_000, "gelang* AND (", "كتاب", "🧿", "\u202egnaleg", "' OR 1=1 --"],
    ids=["html", "quotes", "long", "syntax", "arabic", "emoji", "override", "sql"],
)
def test_page_shows_what_was_typed_as_text(client, product, index, typed):
    index()

    answer = client.get("/cari/", {"kata": typed, "kota": typed, "dari": typed, "sampai": typed, "sesudah": typed})

    assert answer.status_code == 200
    assert "<img src=x" not in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert len(answer.content) < 60_000


def test_unstorable_characters_are_refused(client):
    assert client.get("/cari/?kata=a%00b").status_code == 400


# Cost.


def test_search_takes_the_same_queries_for_many_products(client, shop, make_product, index, django_assert_num_queries):
    make_product(shop, "Gelang")
    index()
    with django_assert_num_queries(5):
        client.get("/cari/?kata=gelang")
    for number in range(12):
        make_product(shop, f"Gelang {number}")
    index()

    with django_assert_num_queries(5):
        client.get("/cari/?kata=gelang")


def test_searches_do_not_displace_the_pages_of_shops(client, product, index):
    index()
    read(client, "/toko/manik-bo/")
    cached = list(page_cache._pages)

    answer = client.get("/cari/?kata=gelang")

    assert list(page_cache._pages) == cached
    assert "public" in answer["Cache-Control"]


def test_person_who_is_logged_in_searches_inside_the_shell(ana, product, index):
    index()

    answer = browser_of(ana).get("/cari/?kata=gelang", headers={"accept-language": "en"})

    assert names(answer.content.decode()) == ["Gelang manik"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/cari/?kata=gelang", "/cari/saran/?kata=gelang"])
def test_guests_who_search_very_much_are_slowed_down(monkeypatch, client, product, path):
    throttle = Throttle(per_second=1, burst=2, timer=lambda: 0.0)
    monkeypatch.setattr(page_auth, "guest_throttle", throttle)

    answers = [client.get(path) for _time in range(3)]

    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
    assert int(answers[-1]["Retry-After"]) >= 1
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 200


# Suggestions.


def test_suggestions_are_told_as_json_and_keep_to_the_shop(client, product, make_shop, make_user, make_product, index):
    make_product(make_shop(make_user("eve"), "toko-eve"), "Gelas")
    index()

    answer = client.get("/cari/saran/?kata=gel")

    assert answer.json() == {"suggestions": ["gelang", "gelas", "gelang manik"]}
    assert "public" in answer["Cache-Control"]
    assert client.get("/cari/saran/?kata=gel&toko=toko-eve").json() == {"suggestions": ["gelas"]}
    assert client.get("/cari/saran/").json() == {"suggestions": []}


def test_suggestions_of_a_shop_that_is_not_there_are_refused_as_json(client, product):
    answer = client.get("/cari/saran/?kata=gel&toko=tiada")

    assert (answer.status_code, answer.json()["code"]) == (404, "shop.shop_not_found")
    assert "public" not in answer["Cache-Control"]


def test_shops_disabled_have_no_search(client, settings):
    settings.LEGAL_PROFILE = "chat_only"

    assert client.get("/cari/?kata=gelang").status_code == 403
    assert client.get("/cari/saran/?kata=gelang").status_code == 403


@pytest.mark.parametrize("path", ["/", "/toko/manik-bo/"])
def test_storefronts_lead_to_the_search(client, product, path):
    html = read(client, path)

    assert '<form class="find__form" method="get" action="/cari/"' in html
    # Its module would keep the page from being cached compressed.
    assert "nusa-search-field" not in html
    assert ('name="toko" value="manik-bo"' in html) is (path == "/toko/manik-bo/")
