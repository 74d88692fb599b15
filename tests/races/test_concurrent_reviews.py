"""Review cases under races and kills: opened once, decided once, and the money of an order moves once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection

from payments import api as payments
from shop import api, errors
from shop.actions import order_reviews
from shop.maintenance import guards
from shop.maintenance.order_timers import run_due_timers, start_missing_review_timers
from shop.models import Order, OrderEvent, OrderTimer, ReviewCase
from shop.queries import orders
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.races.test_concurrent_purchases import all_is_well
from tests.races.test_shop_kills import dying

DUE = timedelta(days=30)
REFUSED = (errors.NotNow, errors.CaseClosed)


@pytest.fixture
def ops(real_db, make_user):
    return [make_user(f"op{number}", is_staff=True) for number in range(2)]


@pytest.fixture
def order(buyers, bo, few, buy, now):
    order = buy(buyers[0], few).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    return order


@pytest.fixture
def number(order, now):
    """The number of the order, whose case is open."""
    assert run_due_timers(now + DUE) == 1
    return Order.objects.get().number


def decision(op, number, verdict, now):
    return lambda: api.decide_review_case(
        number=number, operator_id=op.pk, verdict=verdict, reason="JNE: hilang", now=now + DUE
    )


def money(shop, buyer, now):
    """(of the buyer, of the merchant, in escrow)."""
    earned = payments.get_merchant_balance(api.merchant_reference(shop.public_id)).total
    return balance(buyer, now), earned, sum(payments.get_escrow_balances().values())


BUYER_HAS_IT, SHOP_HAS_IT = (1_000_000_00, Money(0), 0), (975_000_00, Money(25_000_00), 0)


def test_review_case_is_opened_once_by_many_workers(order, in_threads, now):
    done = in_threads(*[lambda: run_due_timers(now + DUE)] * 5)

    assert sum(done) == 1
    assert (ReviewCase.objects.count(), OrderEvent.objects.filter(transition="review_opened").count()) == (1, 1)
    assert all_is_well(now + DUE) == []


def test_missing_review_timer_is_started_once_by_many_workers(order, in_threads, now):
    OrderTimer.objects.filter(kind="review").delete()

    done = in_threads(*[lambda: start_missing_review_timers(now)] * 5)

    assert sum(done) == 1
    assert OrderTimer.objects.filter(kind="review", state="waiting").count() == 1


@pytest.mark.parametrize("verdict", ["refund", "complete"])
def test_concurrent_decision_and_confirmation_have_one_winner(
    verdict, order, number, buyers, shop, ops, in_threads, now
):
    ana = buyers[0]

    outcomes = in_threads(
        *[lambda: api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now + DUE)]
        * 3,
        *[decision(op, number, verdict, now) for op in ops],
    )

    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, REFUSED)] == []
    last = OrderEvent.objects.order_by("seq").last()
    assert (last.seq, last.transition, last.actor_kind) in [
        (5, "completed", "buyer"),
        (5, "cancelled" if verdict == "refund" else "completed", "operator"),
    ]
    refunded = last.transition == "cancelled"
    assert money(shop, ana, now) == (BUYER_HAS_IT if refunded else SHOP_HAS_IT)
    assert ReviewCase.objects.filter(closed_at__isnull=False).count() == 1
    assert all_is_well(now + DUE) == []


def test_concurrent_opposite_decisions_make_one(order, number, buyers, shop, ops, in_threads, now):
    outcomes = in_threads(
        *[decision(ops[0], number, "refund", now)] * 3, *[decision(ops[1], number, "complete", now)] * 3
    )

    assert outcomes.count(True) == 1
    assert {type(one) for one in outcomes if one not in (True, False)} == {errors.CaseClosed}
    decided = OrderEvent.objects.get(actor_kind="operator")
    refunded = decided.transition == "cancelled"
    assert decided.actor_id == ops[0 if refunded else 1].pk
    assert money(shop, buyers[0], now) == (BUYER_HAS_IT if refunded else SHOP_HAS_IT)
    assert all_is_well(now + DUE) == []


def test_decision_without_the_lock_is_unique_by_constraint(
    monkeypatch, order, number, buyers, shop, ops, in_threads, now
):
    def unlocked(public_id):
        return Order.objects.select_related("shop", "buyer").get(public_id=public_id)

    monkeypatch.setattr(orders, "lock_order_for_system", unlocked)
    assert order_reviews.orders is orders

    outcomes = in_threads(decision(ops[0], number, "refund", now), decision(ops[1], number, "complete", now))

    assert outcomes.count(True) == 1
    (other,) = (one for one in outcomes if one is not True)
    assert isinstance(other, (errors.CaseClosed, IntegrityError, InternalError))
    assert OrderEvent.objects.filter(actor_kind="operator").count() == 1
    assert all_is_well(now + DUE) == []


@pytest.mark.timeout(200)
def test_review_timer_killed_before_any_statement_opens_one_case(real_db, order, few, now):
    children = dying(real_db, "review", few)

    assert children >= 5
    assert run_due_timers(now + DUE) == 0
    assert (ReviewCase.objects.count(), Order.objects.get().version) == (1, 4)
    assert Fact.objects.filter(name="shop.order_moved", payload__transition="review_opened").count() == 1
    assert all_is_well(now + DUE) == []


@pytest.mark.timeout(200)
def test_decision_killed_before_any_statement_moves_money_once(real_db, order, number, buyers, shop, ops, few, now):
    children = dying(real_db, "decide", few, number)

    assert children >= 10
    assert OrderEvent.objects.filter(actor_kind="operator").count() == 1
    assert money(shop, buyers[0], now) == BUYER_HAS_IT
    assert decision(ops[0], number, "refund", now)() is False
    assert guards.missing(connection) == []
    assert all_is_well(now + DUE) == []
