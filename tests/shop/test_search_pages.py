"""Pages of product search: public, without scripts, narrowed down and paged by their address, and honest when empty."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from shop import api
from shop.models import ProductDocument
from shop.pages import page_cache
from shop.pages import search as search_pages
from shop.queries import product_search
from shop.queries.product_documents import PRODUCTS
from superapp.accounts.adapters import page_auth
from superapp.core import clock, outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.realtime.rate_limits import Throttle
from superapp.search.actions import indexing
from superapp.search.maintenance import periodic_tasks
from superapp.search.models import IndexState
from superapp.search.queries.collections import collections
from superapp.search.writers.document_writer import write_documents
from tests.search.conftest import make_document
from tests.shop.html_clients import browser_of
from tests.shop.storefronts import empty_shelves, meta, read  # noqa: F401  # It empties them before each test.

pytestmark = pytest.mark.django_db
UNKNOWN = "Search is being updated"
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


@pytest.fixture
def index(now):
    """Bring the index up to date: ``index()``."""

    def arrive():
        outbox.deliver_due(now)
        periodic_tasks.build_indexes(clock.now())

    return arrive


def names(html: str) -> list[str]:
    results = html.partition('id="found-title"')[2].partition("</section>")[0]
    return re.findall(r'class="goods__name">([^<]+)<', results)


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
    monkeypatch.setattr(search_pages.search, "COUNT_MAX", 3)

    assert count(read(client, "/cari/?kata=gelang")) == "3+ products"


# Nothing, and what is not known.


def test_empty_result_is_told_only_by_an_index_that_is_current(client, product, index):
    assert UNKNOWN in read(client, "/cari/?kata=sepeda")
    index()
    assert "No results for “sepeda”" in read(client, "/cari/?kata=sepeda")


def test_empty_result_is_not_told_while_a_change_waits(client, shop, product, make_product, index):
    index()
    make_product(shop, "Sepeda")

    html = read(client, "/cari/?kata=sepeda")
    assert UNKNOWN in html
    assert "No results" not in html

    index()
    assert names(read(client, "/cari/?kata=sepeda")) == ["Sepeda"]


def test_search_without_the_database_says_so_and_is_not_empty(client, monkeypatch, product):
    def out_of_reach(*_arguments, **_fields):
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(product_search.search, "search", out_of_reach)

    answer = client.get("/cari/?kata=gelang", headers={"accept-language": "en"})

    assert answer.status_code == 503
    assert "No results" not in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "New arrivals"), ("  ", "New arrivals"), ("🧿", "What are you looking for?")]
)
def test_page_without_a_word_searches_nothing(client, product, index, typed, sentence):
    index()

    html = read(client, f"/cari/?kata={typed}")

    assert sentence in html
    assert "No results" not in html
    assert names(html) == []


def test_result_that_may_be_incomplete_is_cached_by_nobody(client, product):
    answer = client.get("/cari/?kata=gelang", headers={"accept-language": "en"})

    assert UNKNOWN in answer.content.decode()
    assert set(answer["Cache-Control"].split(", ")) == {"private", "no-store"}


def test_products_found_before_the_index_is_built_are_said_to_be_some(client, product, index):
    index()
    IndexState.objects.update(built_at=None)

    html = read(client, "/cari/?kata=gelang")

    assert names(html) == ["Gelang manik"]
    assert UNKNOWN in html


def test_correction_denies_nothing_while_a_change_waits(client, shop, product, make_product, index):
    index()
    make_product(shop, "Sepeda")

    html = read(client, "/cari/?kata=gelnag")

    assert names(html) == ["Gelang manik"]
    assert "Showing results for “gelang”." in html
    assert "No results" not in html


def test_product_that_arrives_during_the_search_is_found(monkeypatch, client, shop, product, make_product, index):
    index()
    make_product(shop, "Sepeda")
    once, search_once = [], product_search._search

    def search_and_arrive(wanted):
        result = search_once(wanted)
        if not once:
            once.append(index())
        return result

    monkeypatch.setattr(product_search, "_search", search_and_arrive)

    assert names(read(client, "/cari/?kata=sepeda")) == ["Sepeda"]


def test_parked_change_of_one_shop_is_no_matter_of_others(
    client, bo, shop, product, make_shop, make_user, make_product, index, now
):
    make_product(make_shop(make_user("eve"), "toko-eve"), "Gelas")
    index()
    api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung", now=now)
    Fact.objects.update(parked_at=now, due_at=now + timedelta(days=1))

    assert "No results" in read(client, "/cari/?kata=sepeda&toko=toko-eve")
    assert UNKNOWN in read(client, "/cari/?kata=sepeda&toko=manik-bo")
    assert UNKNOWN in read(client, "/cari/?kata=sepeda")


def test_parked_change_is_forgotten_by_an_index_that_was_begun_later(client, bo, product, index, now):
    index()
    api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung", now=now)
    Fact.objects.update(parked_at=now, due_at=now + timedelta(days=1))
    later = clock.now() + timedelta(hours=1)

    indexing.begin_rebuilding(PRODUCTS)
    periodic_tasks.build_indexes(later)

    assert Fact.objects.exists()
    assert names(read(client, "/cari/?kata=kalung")) == ["Kalung"]
    assert "No results" in read(client, "/cari/?kata=gelang")


def test_page_goes_on_after_a_last_product_that_is_gone(monkeypatch, client, shop, make_product, index):
    monkeypatch.setattr(product_search, "PAGE_SIZE", 2)
    make_product(shop, "Gelang murah", price=Money(1_000_00))
    make_product(shop, "Gelang mahal", price=Money(9_000_00))
    index()
    gone = make_document(ProductDocument.objects.latest("pk").pk + 50, "Gelang", price=5_000_00)
    write_documents(collections[PRODUCTS], [gone], gone=())

    html = read(client, "/cari/?kata=gelang&urut=termurah")
    more = re.search(r'<p class="more"><a class="button" href="([^"]+)"', html)[1].replace("&amp;", "&")

    assert names(html) == ["Gelang murah"]
    assert names(read(client, f"/cari/{more}")) == ["Gelang mahal"]


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
