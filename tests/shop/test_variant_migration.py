"""Products of older versions become variants with their numbers, and everything that referred to them still does."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from shop import api
from shop.maintenance import guards, integrity_checks
from shop.models import OrderLine, PendingPurchase, Stock, Variant
from superapp.core.money import Money

BEFORE = "0017"


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.timeout(600)
def test_migration_to_variants_and_back_keeps_price_stock_and_orders(
    real_db, ana, bo, shop, make_product, product, buy, open_purchase, now
):
    heavy = make_product(shop, "Ulekan", price=Money(80_000_00), weight_grams=4_000)
    order = buy(ana, product, 2).order
    open_purchase(ana, heavy)

    call_command("migrate", "shop", BEFORE, verbosity=0)
    products = ask("SELECT id, price_sen, weight_grams FROM shop_product ORDER BY id")
    stocks = ask("SELECT product_id, on_hand, held, committed FROM shop_stock ORDER BY product_id")
    lines = ask("SELECT product_id, price_sen FROM shop_orderline")
    call_command("migrate", verbosity=0)

    assert sorted(row[1:] for row in products) == [(25_000_00, None), (80_000_00, 4_000)]
    assert list(Variant.objects.order_by("pk").values_list("pk", "price_sen", "weight_grams")) == products
    assert list(Variant.objects.values_list("pk", "product_id")) == [(number, number) for number, *_ in products]
    assert list(Stock.objects.order_by("pk").values_list("pk", "on_hand", "held", "committed")) == stocks
    assert list(OrderLine.objects.values_list("variant_id", "price_sen")) == lines
    assert PendingPurchase.objects.get().variant.product.public_id == heavy.public_id
    assert api.fetch_order(user_id=ana.pk, order=order).lines[0].product == product.public_id
    assert guards.missing(connection) == []
    assert integrity_checks.check_integrity(now=now) == []
    # Numbers of later ones follow.
    assert make_product(shop, "Kalung").stock == api.StockLevel(on_hand=10, held=0, committed=0)
    assert isinstance(buy(ana, product), api.CheckoutCompleted)
