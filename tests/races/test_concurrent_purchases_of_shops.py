"""Purchases from several shops under races: nobody waits in a circle, and all orders are placed or none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from payments.maintenance import integrity_checks as money
from shop import api
from shop.actions import checkout
from shop.actions.purchase_requests import PurchaseLine, RequestedOrder, build_request_of_orders
from shop.maintenance import integrity_checks
from shop.models import Attempt, Order
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.purses import balance
from tests.shop.conftest import ADDRESS, stock_of


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


@pytest.fixture(autouse=True)
def threads_are_processes(monkeypatch):
    """Let threads run side by side as processes do; a deadlock is not repeated, but seen."""
    monkeypatch.setattr(checkout, "CHECKOUT_SLOTS", FairSemaphore(16))
    monkeypatch.setattr(checkout, "retry_on_deadlock", lambda place: place())


@pytest.fixture
def cy(real_db, make_user):
    return make_user("cy")


@pytest.fixture
def goods(real_db, cy, shop, make_shop, make_product):
    """Twenty pieces of something in each of two shops."""
    return [make_product(one, quantity=20) for one in (shop, make_shop(cy, handle="toko-cy"))]


@pytest.fixture
def buy_all(now):
    """Buy one piece of each in the order given: ``buy_all(ana, goods)``."""

    def place(buyer, goods, **fields):
        purchase = build_request_of_orders(
            **{
                "buyer_id": buyer.pk,
                "orders": [RequestedOrder((PurchaseLine(one.public_id, 1),)) for one in goods],
                "address": ADDRESS,
                "expected_total": Money(25_000_00 * len(goods)),
                "idempotency_key": "k",
                **fields,
            }
        )
        return checkout.place_purchase(purchase, authorization=BY_PIN, now=now)

    return place


@pytest.mark.parametrize("attempt", range(3))
def test_buyers_who_name_the_same_shops_in_opposite_order_do_not_lock_each_other_out(
    attempt, buyers, bo, cy, goods, buy_all, in_threads, now
):
    answers = in_threads(*[lambda n=n: buy_all(buyers[n], goods[:: 1 if n % 2 else -1]) for n in range(8)])

    assert [type(answer).__name__ for answer in answers] == ["CheckoutCompleted"] * 8
    assert (stock_of(goods[0], bo), stock_of(goods[1], cy)) == ((20, 0, 8), (20, 0, 8))
    assert [len(answer.orders) for answer in answers] == [2] * 8
    assert all_is_well(now) == []


def test_purchases_of_one_shop_and_of_several_do_not_lock_each_other_out(buyers, goods, buy, buy_all, in_threads, now):
    answers = in_threads(
        *[lambda n=n: buy_all(buyers[n], goods[:: 1 if n % 2 else -1]) for n in range(4)],
        *[lambda n=n: buy(buyers[n], goods[n % 2]) for n in range(8)],
    )

    assert [type(answer).__name__ for answer in answers] == ["CheckoutCompleted"] * 12
    assert Order.objects.count() == 16
    assert all_is_well(now) == []


def test_same_key_twice_at_once_is_one_purchase(buyers, goods, buy_all, in_threads, now):
    answers = in_threads(*[lambda: buy_all(buyers[0], goods)] * 4)

    assert Counter(answer.replayed for answer in answers) == {True: 3, False: 1}
    assert len({replace(answer, replayed=True) for answer in answers}) == 1
    assert (Order.objects.count(), Attempt.objects.count()) == (2, 1)
    assert balance(buyers[0], now) == 950_000_00
    assert all_is_well(now) == []


def test_last_piece_of_one_shop_sells_no_piece_of_the_other_without_it(
    buyers, bo, cy, few, goods, buy_all, in_threads, now
):
    wanted = [goods[1], few]

    answers = in_threads(*[lambda buyer=buyer: buy_all(buyer, wanted) for buyer in buyers])

    assert Counter(type(answer).__name__ for answer in answers) == {"CheckoutCompleted": 3, "CheckoutRefused": 5}
    refusals = [answer for answer in answers if isinstance(answer, api.CheckoutRefused)]
    assert {(one.code, one.params["shop"], one.params["line"]) for one in refusals} == {("shop.sold_out", 2, 1)}
    assert (stock_of(few, bo), stock_of(goods[1], cy)) == ((3, 0, 3), (20, 0, 3))
    assert Order.objects.count() == 6
    assert all_is_well(now) == []
