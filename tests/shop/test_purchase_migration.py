"""Orders of older versions become purchases of their own, and on the way back each is found under its key again."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from shop import api
from shop.actions.purchase_requests import PurchaseLine, RequestedOrder
from shop.maintenance import guards, integrity_checks
from shop.models import Attempt, Order
from superapp.core.money import Money
from tests.payments.purses import PIN
from tests.shop.conftest import ADDRESS

BEFORE = "0023"


@pytest.mark.timeout(600)
def test_migration_to_purchases_and_back_keeps_orders_and_their_keys(
    real_db, ana, shop, product, make_user, make_shop, make_product, buy, now
):
    older = buy(ana, product, idempotency_key="older")
    buy(ana, product, 2, expected_total=Money(1_00), idempotency_key="refused")
    other = make_product(make_shop(make_user("cy"), handle="toko-cy"), "Sarung")
    both = api.place_purchase(
        buyer_id=ana.pk,
        orders=[RequestedOrder((PurchaseLine(one.public_id, 1),)) for one in (other, product)],
        address=ADDRESS,
        expected_total=Money(50_000_00),
        pin=PIN,
        idempotency_key="both",
        now=now,
    )

    call_command("migrate", "shop", BEFORE, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT idempotency_key, order_id IS NOT NULL FROM shop_attempt ORDER BY id")
        attempts = [(key, bool(has_order)) for key, has_order in cursor.fetchall()]
    call_command("migrate", verbosity=0)

    assert attempts == [("older", True), ("refused", False), ("both", True)]
    # Now each is a purchase of its own; the second of both had no attempt of its own on the way.
    assert all(order.purchase == order.pk for order in Order.objects.all())
    assert Attempt.objects.get(idempotency_key="both").purchase == min(one.order for one in both.orders)
    again = buy(ana, product, idempotency_key="older")
    assert (again.order, again.purchase, again.replayed) == (older.order, older.order, True)
    assert guards.missing(connection) == []
    (violation,) = integrity_checks.check_integrity(now=now)
    assert violation.rule == "an order was answered under the key it was asked with"
