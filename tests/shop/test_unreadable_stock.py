"""One product whose stock cannot be read: that is said of it alone, it is not sold, and the rest of the shop stands."""

from __future__ import annotations

import pytest
from django.db import connection

from shop import api
from shop.errors import StockUnknown
from shop.models import Attempt, Order, Variant
from tests.shop.html_clients import browser_of, text
from tests.shop.storefronts import address_of, read

SAID = "Stock cannot be shown right now"


@pytest.fixture
def other(shop, make_product):
    return make_product(shop, "Kalung manik")


@pytest.fixture
def lost(product, other):
    """The bracelet, of which the row of the stock is gone; the necklace beside it is whole."""
    row = Variant.objects.get(product__public_id=product.public_id)
    without_guards("DELETE FROM shop_stockmove WHERE stock_id = %s", row.pk)
    without_guards("DELETE FROM shop_stock WHERE variant_id = %s", row.pk)
    return product


def without_guards(statement, *params):
    with connection.cursor() as cursor:
        for table in ("shop_stock", "shop_stockmove"):
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, params)


def test_unreadable_stock_is_reported_for_that_product_only(client, shop, lost, other):
    assert client.get("/toko/").status_code == 200
    assert "Kalung manik" in read(client, "/toko/manik-bo/")
    itself, beside = read(client, address_of(shop, lost)), read(client, address_of(shop, other))

    assert SAID in itself
    assert f"/beli/{lost.public_id}/" not in itself
    assert f"/beli/{other.public_id}/" in beside
    assert api.fetch_listed_product(lost.public_id).product.stock is None
    assert api.fetch_listed_product(other.public_id).product.stock == api.StockLevel(on_hand=10, held=0, committed=0)


def test_unreadable_stock_is_reported_to_the_owner(bo, lost):
    browser = browser_of(bo)

    shelf, own = browser.get("/tokoku/barang/"), browser.get(f"/tokoku/barang/{lost.public_id}/")

    assert "Stok belum bisa ditampilkan" in text(shelf)
    assert "Stok belum bisa ditampilkan" in text(own)


def test_purchase_with_unreadable_stock_burns_no_key(ana, bo, lost, buy, now):
    with pytest.raises(StockUnknown):
        buy(ana, lost, idempotency_key="k")
    with pytest.raises(StockUnknown):
        api.set_stock(owner_id=bo.pk, product=lost.public_id, on_hand=5, idempotency_key="s", now=now)

    why_not = api.quote_purchase(product=lost.public_id, quantity=1, buyer_id=ana.pk).why_not
    assert isinstance(why_not, StockUnknown)
    assert (Order.objects.count(), Attempt.objects.count()) == (0, 0)


def test_checkout_with_unreadable_stock_cannot_be_paid(ana, lost):
    page = browser_of(ana).get(f"/beli/{lost.public_id}/", follow=True)

    assert page.status_code == 200
    assert "jadi pesanan belum dibuat" in text(page)
    assert 'name="pin"' not in page.content.decode()
