"""Pages that are kept as they were made: asked for once, and never old."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client

from shop import api
from shop.models import PriceChange, Variant
from shop.pages import storefronts
from superapp.core.money import Money
from tests.shop.storefronts import PAGES, address_of

pytestmark = pytest.mark.django_db

MADE_UP = {"cookie": "sessionid=" + "a" * 32}


# How much is asked of the database.


# Of a product: its cache key; itself, its photos and variants; the same of others of the shop; two of its prices, the
# present one and the lowest of thirty days; and the terms on which the shop sends.
@pytest.mark.parametrize(
    ("path", "queries"), [("/toko/", 4), ("/toko/manik-bo/", 5), ("/toko/manik-bo/gelang-manik/", 10)]
)
def test_public_page_takes_the_same_queries_for_many_rows(
    client, bo, shop, product, make_product, add_photo, django_assert_num_queries, path, queries
):
    add_photo(product, bo)
    add_photo(make_product(shop, "Gelang lain"), bo, color=(0, 0, 99))
    with django_assert_num_queries(queries):
        client.get(path)
    for number in range(12):
        add_photo(make_product(shop, f"Barang {number}"), bo, color=(number, 0, 0))

    with django_assert_num_queries(queries):
        client.get(path)


@pytest.mark.parametrize("path", PAGES[1:])
def test_cached_page_takes_one_query_to_validate(client, product, django_assert_num_queries, path):
    first = client.get(path)

    with django_assert_num_queries(1):
        again = client.get(path)

    assert again.content == first.content


def change_name(owner, product, now):
    api.change_product(owner_id=owner.pk, product=product.public_id, name="Gelang baru", now=now)


def change_price(owner, product, now):
    api.change_product(owner_id=owner.pk, product=product.public_id, price=Money(31_000_00), now=now)


def sell_out(owner, product, now):
    api.set_stock(owner_id=owner.pk, product=product.public_id, on_hand=0, idempotency_key="all", now=now)


def close_for_now(owner, product, now):
    api.change_shop(owner_id=owner.pk, is_open=False, now=now)


def change_behind_our_backs(owner, product, now):
    variant = Variant.objects.get(product__public_id=product.public_id)
    PriceChange.objects.create(variant=variant, price_sen=32_000_00, at=now)
    Variant.objects.filter(pk=variant.pk).update(price_sen=32_000_00)


CHANGES = (change_name, change_price, sell_out, close_for_now, change_behind_our_backs)


@pytest.mark.parametrize("path", PAGES[1:])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_cached_page_shows_every_change_at_once(client, bo, product, now, path, change):
    before = client.get(path).content

    change(bo, product, now)

    after = client.get(path).content
    assert after != before
    storefronts.page_cache._pages.clear()
    assert client.get(path).content == after


def test_page_cache_varies_by_language_theme_and_person(client, bo, product):
    path = PAGES[2]
    english = client.get(path, headers={"accept-language": "en"}).content
    indonesian = client.get(path, headers={"accept-language": "id"}).content
    client.cookies["theme"] = "dark"
    dark = client.get(path, headers={"accept-language": "id"}).content
    client.force_login(bo)
    own = client.get(path, headers={"accept-language": "id"}).content

    assert b"In stock" in english
    assert b"Tersedia" in indonesian
    assert b'data-theme="dark"' in dark
    assert b"/masuk/?next=" in dark
    assert b"/masuk/?next=" not in own
    client.logout()
    assert b"/masuk/?next=" in client.get(path).content


@pytest.mark.parametrize("path", ["/", *PAGES[1:]])
def test_unknown_session_uses_the_cached_page(client, product, django_assert_num_queries, path):
    client.get(path)
    first = client.get(path, headers=MADE_UP)

    # What it should say, and whose session it is.
    with django_assert_num_queries(2):
        again = client.get(path, headers={"cookie": "sessionid=" + "b" * 32})

    [of_first], [of_again] = (re.findall(rb'nonce="([^"]+)"', answer.content) for answer in (first, again))
    assert of_first != of_again
    assert again.content == first.content.replace(of_first, of_again)
    for answer, nonce in ((first, of_first), (again, of_again)):
        assert f"'nonce-{nonce.decode()}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", *PAGES[1:]])
def test_cached_page_for_an_ended_session_carries_the_cleanup(client, product, path):
    of_stranger = [client.get(path, headers={"accept-encoding": "gzip"}) for _ in range(2)]
    left_behind = [client.get(path, headers=MADE_UP | {"accept-encoding": "gzip"}) for _ in range(2)]
    after = Client().get(path)

    assert all(b"js/forgetting" in gzip.decompress(answer.content) for answer in left_behind)
    assert all("private" in answer.headers["Cache-Control"] for answer in left_behind)
    assert all(b"js/forgetting" not in gzip.decompress(answer.content) for answer in of_stranger)
    assert b"nonce" not in after.content
    assert all("public" in answer.headers["Cache-Control"] for answer in (*of_stranger, after))


def test_cached_page_is_served_compressed(client, product):
    plain = client.get(PAGES[2])
    short = client.get(PAGES[2], headers={"accept-encoding": "gzip, br"})

    assert gzip.decompress(short.content) == plain.content
    assert short.headers["Content-Encoding"] == "gzip"
    assert {"Accept-Encoding", "Cookie", "Accept-Language"} <= set(short.headers["Vary"].split(", "))
    assert "Content-Encoding" not in plain.headers


def test_page_cache_is_bounded(client, monkeypatch, shop, make_product):
    monkeypatch.setattr(storefronts.page_cache, "PAGES_MAX", 2)
    paths = [address_of(shop, make_product(shop, f"Barang {number}")) for number in range(4)]

    for path in paths:
        client.get(path)

    assert len(storefronts.page_cache._pages) == 2
