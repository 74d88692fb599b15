"""Product search says that something is not there only where its index knows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import OperationalError

from shop import api
from shop.models import ProductDocument
from shop.queries import product_search
from shop.queries.product_documents import PRODUCTS
from superapp.core import clock
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.search.actions import indexing
from superapp.search.maintenance import periodic_tasks
from superapp.search.models import IndexState
from superapp.search.queries.collections import collections
from superapp.search.writers.document_writer import write_documents
from tests.search.conftest import make_document
from tests.shop.storefronts import index as index
from tests.shop.storefronts import names, read

pytestmark = pytest.mark.django_db
UNKNOWN = "Search is being updated"


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
