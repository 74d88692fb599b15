"""Purchases from several shops: one order in each, all of them or none, and paid together with a journal for each."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from payments import api as payments
from payments.maintenance import integrity_checks as money
from shop import api, errors
from shop.actions import checkout
from shop.actions.purchase_requests import (
    LINES_MAX,
    SHOPS_MAX,
    PurchaseLine,
    PurchaseRequest,
    RequestedOrder,
    build_request_of_orders,
)
from shop.maintenance import integrity_checks
from shop.models import Attempt, Order, OrderCounter, OrderEvent, Shop
from superapp.core import ids
from superapp.core.errors import InputInvalid
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.conftest import ADDRESS, stock_of

keys = itertools.count(1)


@pytest.fixture
def cy(make_user):
    """The merchant of the other shop."""
    return make_user("cy")


@pytest.fixture
def sarong(cy, make_shop, make_product):
    """Three sarongs for Rp60.000 in another shop."""
    return make_product(make_shop(cy, handle="toko-cy", name="Toko Cy"), "Sarung", price=Money(60_000_00), quantity=3)


@pytest.fixture
def buy_orders(now):
    """Buy of several shops: ``buy_orders(ana, [(product, 2)], [(sarong, 1)], total=…)``."""

    def place(buyer, *wanted, total, notes=(), **fields):
        orders = [
            RequestedOrder(tuple(PurchaseLine(product.public_id, quantity) for product, quantity in lines), note)
            for lines, note in itertools.zip_longest(wanted, notes, fillvalue="")
        ]
        purchase = build_request_of_orders(
            **{
                "buyer_id": buyer.pk,
                "orders": orders,
                "address": ADDRESS,
                "expected_total": Money(total),
                "idempotency_key": f"shops-{next(keys)}",
                **fields,
            }
        )
        return checkout.place_purchase(purchase, authorization=BY_PIN, now=now)

    return place


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


def nothing_happened(buyer, now):
    assert not Order.objects.exists()
    assert not OrderEvent.objects.exists()
    assert not Fact.objects.filter(name="shop.order_placed").exists()
    assert payments.get_escrow_balances() == {}
    assert set(OrderCounter.objects.values_list("orders", "rev")) == {(0, 0)}
    assert balance(buyer, now) == 1_000_000_00


def test_each_shop_gets_an_order_and_each_order_its_journal(ana, bo, cy, product, sarong, buy_orders, now):
    placed = buy_orders(ana, [(sarong, 1)], [(product, 2)], total=110_000_00, notes=["biru", ""])

    assert isinstance(placed, api.CheckoutCompleted)
    of_cy, of_bo = (Order.objects.get(pk=one.order) for one in placed.orders)
    assert {of_cy.purchase, of_bo.purchase, Attempt.objects.get().purchase} == {placed.purchase}
    assert (of_cy.shop_name, of_cy.total_sen, of_cy.note) == ("Toko Cy", 60_000_00, "biru")
    assert (of_bo.shop_name, of_bo.total_sen, of_bo.note) == ("Manik Bo", 50_000_00, "")
    assert [one.number for one in placed.orders] == [of_cy.number, of_bo.number]
    assert payments.get_escrow_balances() == {
        f"shop.order:{of_cy.pk}": 60_000_00,
        f"shop.order:{of_bo.pk}": 50_000_00,
    }
    assert balance(ana, now) == 890_000_00
    assert (stock_of(product, bo), stock_of(sarong, cy)) == ((10, 0, 2), (3, 0, 1))
    assert all_is_well(now) == []


def test_orders_of_a_purchase_are_numbered_in_the_lists(ana, product, sarong, buy, buy_orders):
    before = buy(ana, product).order
    placed = buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00)

    revs = dict(Order.objects.values_list("public_id", "purchase_rev"))
    assert revs == {before: 1, placed.orders[0].order: 2, placed.orders[1].order: 3}
    assert set(Order.objects.values_list("shop_name", "sale_rev")) == {
        ("Manik Bo", 1),
        ("Toko Cy", 1),
        ("Manik Bo", 2),
    }
    counter = OrderCounter.objects.get(user=ana)
    assert (counter.orders, counter.unfinished, counter.rev) == (3, 3, 3)


def test_each_merchant_learns_of_the_own_order_alone(ana, bo, cy, product, sarong, buy_orders):
    placed = buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00)

    facts = Fact.objects.filter(name="shop.order_placed").order_by("pk")
    assert [(one.payload["merchant_id"], one.payload["order"]) for one in facts] == [
        (cy.pk, str(placed.orders[0].order)),
        (bo.pk, str(placed.orders[1].order)),
    ]
    for owner, own, foreign in ((cy, 0, 1), (bo, 1, 0)):
        api.fetch_order(user_id=owner.pk, order=placed.orders[own].order)
        with pytest.raises(errors.OrderNotFound):
            api.fetch_order(user_id=owner.pk, order=placed.orders[foreign].order)


def test_retry_returns_all_orders_in_their_order(ana, product, sarong, buy_orders, now):
    first, again = (
        buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00, idempotency_key="tap") for _ in range(2)
    )

    assert again == replace(first, replayed=True)
    assert balance(ana, now) == 915_000_00
    with pytest.raises(errors.KeyReused):
        buy_orders(ana, [(product, 1)], [(sarong, 1)], total=85_000_00, idempotency_key="tap")
    with pytest.raises(errors.KeyReused):
        buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00, notes=["x"], idempotency_key="tap")


def test_line_that_is_short_in_one_shop_rolls_everything_back(ana, bo, cy, product, sarong, buy_orders, now):
    refused = buy_orders(ana, [(product, 1)], [(sarong, 4)], total=265_000_00)

    assert refused == api.CheckoutRefused("shop.sold_out", {"left": 3, "shop": 2, "line": 1})
    nothing_happened(ana, now)


def test_piece_that_is_sold_after_it_was_seen_rolls_everything_back(
    ana, bo, cy, product, sarong, buy_orders, now, monkeypatch
):
    look = checkout.find_refusal

    def sell_meanwhile(offered, *more):
        api.set_stock(owner_id=cy.pk, product=sarong.public_id, on_hand=1, idempotency_key="m", now=now)
        return look(offered, *more)

    monkeypatch.setattr(checkout, "find_refusal", sell_meanwhile)

    refused = buy_orders(ana, [(product, 1)], [(sarong, 2)], total=145_000_00)

    assert refused == api.CheckoutRefused("shop.sold_out", {"left": 1, "shop": 2, "line": 1})
    nothing_happened(ana, now)


def test_own_goods_in_one_of_the_shops_refuse_all(cy, make_payer, make_shop, make_product, sarong, buy_orders, now):
    ana = make_payer("ana", 1_000_000_00)
    own = make_product(make_shop(ana, handle="toko-ana"), "Batik")

    refused = buy_orders(ana, [(sarong, 1)], [(own, 1)], total=85_000_00)

    assert refused == api.CheckoutRefused("shop.own_goods", {"shop": 2})
    nothing_happened(ana, now)


def test_closed_shop_refuses_all(ana, cy, product, sarong, buy_orders, now):
    api.change_shop(owner_id=cy.pk, is_open=False, now=now)

    refused = buy_orders(ana, [(product, 1), (product, 1)], [(sarong, 1)], total=110_000_00)

    assert refused == api.CheckoutRefused("shop.not_for_sale", {"shop": 2, "line": 1})
    nothing_happened(ana, now)


def test_changed_total_refuses_all(ana, bo, product, sarong, buy_orders, now):
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(26_000_00), now=now)

    refused = buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00)

    assert refused == api.CheckoutTotalChanged(Money(85_000_00), Money(86_000_00), Money(60_000_00))
    nothing_happened(ana, now)


def test_wallet_that_pays_for_one_shop_only_pays_for_none(make_payer, product, sarong, buy_orders, now):
    ana = make_payer("dian", 60_000_00)

    refused = buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00)

    assert refused == api.CheckoutRefused("payments.insufficient_funds", {})
    assert (Order.objects.count(), balance(ana, now), payments.get_escrow_balances()) == (0, 60_000_00, {})
    assert all_is_well(now) == []


def test_cancelling_one_order_touches_no_other(ana, product, sarong, bo, cy, buy_orders, now):
    placed = buy_orders(ana, [(sarong, 1)], [(product, 1)], total=85_000_00)

    api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=placed.orders[0].order, now=now)

    assert dict(Order.objects.values_list("public_id", "state")) == {
        placed.orders[0].order: "cancelled",
        placed.orders[1].order: "paid",
    }
    assert (stock_of(product, bo), stock_of(sarong, cy)) == ((10, 0, 1), (3, 0, 0))
    assert balance(ana, now) == 975_000_00
    assert all_is_well(now) == []


def test_two_orders_of_one_shop_are_refused(ana, product, shop, make_product, buy_orders):
    other = make_product(shop, "Kalung")

    with pytest.raises(InputInvalid):
        buy_orders(ana, [(product, 1)], [(other, 1)], total=50_000_00)
    with pytest.raises(InputInvalid):
        buy_orders(ana, [(product, 1)], [(product, 1)], total=50_000_00)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "orders", [[], [RequestedOrder(())], "lines", "shops"], ids=["none", "empty", "lines", "shops"]
)
def test_orders_out_of_bounds_are_refused(ana, product, buy_orders, orders):
    line = PurchaseLine(product.public_id, 1)
    made = {
        "lines": [RequestedOrder((line,) * LINES_MAX), RequestedOrder((line,))],
        "shops": [RequestedOrder((line,))] * (SHOPS_MAX + 1),
    }

    with pytest.raises(InputInvalid):
        buy_orders(ana, total=25_000_00, orders=orders if isinstance(orders, list) else made[orders])


def test_purchase_from_as_many_shops_as_possible(ana, make_user, make_shop, make_product, buy_orders, now):
    goods = [
        make_product(make_shop(make_user(f"m{n}"), handle=f"toko-{n}"), price=Money(1_000_00)) for n in range(SHOPS_MAX)
    ]

    placed = buy_orders(ana, *[[(one, 1)] for one in reversed(goods)], total=SHOPS_MAX * 1_000_00)

    assert len(placed.orders) == SHOPS_MAX
    assert all_is_well(now) == []


def test_hash_of_one_order_is_that_of_older_versions(ana, product):
    fields = {
        "buyer_id": ana.pk,
        "address": ADDRESS,
        "expected_total": Money(25_000_00),
        "idempotency_key": "k",
    }
    line = PurchaseLine(ids.new_id(), 1)
    one, noted, two = (
        PurchaseRequest(orders=orders, **fields).content_hash
        for orders in (
            (RequestedOrder((line,)),),
            (RequestedOrder((line,), "x"),),
            (RequestedOrder((line,)), RequestedOrder((line,))),
        )
    )

    assert len({one, noted, two}) == 3


def insert(order):
    """Insert an order with its first event, past the actions."""
    with transaction.atomic():
        OrderEvent.objects.create(
            order_id=order.pk, seq=1, transition="placed", to_state="paid", actor_kind="buyer", at=order.placed_at
        )
        order.save(force_insert=True)


def test_order_of_a_purchase_of_somebody_else_is_refused_by_the_database(ana, bo, product, sarong, buy, buy_orders):
    buy_orders(ana, [(sarong, 1)], total=60_000_00)
    order = Order.objects.get()
    forged = {
        "someone's": {"buyer_id": bo.pk, "purchase": order.purchase},
        "nobody's": {"buyer_id": ana.pk, "purchase": ids.new_id()},
        "the same shop's": {"buyer_id": ana.pk, "purchase": order.purchase},
    }

    for number, fields in enumerate(forged.values()):
        order.pk, order.number = ids.new_id(), f"NS-{number}"
        for name, value in fields.items():
            setattr(order, name, value)
        with pytest.raises((IntegrityError, InternalError)):
            insert(order)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"discount_sen": -1, "total_sen": 60_000_01},
        {"discount_sen": 60_000_00, "total_sen": 0},
        {"discount_sen": 60_000_01, "shipping_sen": 2, "total_sen": 1},
        {"discount_sen": 100},
        {"subsidy_sen": -1},
        {"subsidy_sen": 60_000_01},
    ],
    ids=["below zero", "nothing left", "more than the items", "another sum", "subsidy below zero", "more than all"],
)
def test_amounts_that_do_not_add_up_are_refused_by_the_database(ana, make_shop, sarong, buy_orders, fields):
    buy_orders(ana, [(sarong, 1)], total=60_000_00)
    order = Order.objects.get()
    make_shop(handle="toko-lain")
    order.pk, order.number, order.shop = ids.new_id(), "NS-1", Shop.objects.get(handle="toko-lain")
    for name, value in fields.items():
        setattr(order, name, value)

    with pytest.raises(IntegrityError, match=r"shop_order_(total_is_the_sum|subsidy_is_a_part)"):
        insert(order)


def test_statements_grow_with_the_orders_alone(ana, product, sarong, buy, buy_orders):
    buy(ana, product)
    counts = []
    for wanted, total in (([[(product, 1)]], 25_000_00), ([[(product, 1)], [(sarong, 1)]], 85_000_00)):
        seen = []
        with connection.execute_wrapper(lambda run, *args, seen=seen: (seen.append(args[0]), run(*args))[1]):
            buy_orders(ana, *wanted, total=total)
        counts.append(len(seen))

    # On PostgreSQL they are sent in as many round trips as for one.
    assert counts == ([11, 17] if connection.vendor == "postgresql" else [34, 63])
