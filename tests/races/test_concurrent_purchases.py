"""Buying and moving orders under races: real databases, threads. Guards are first shown needed."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from payments.maintenance import integrity_checks as money
from shop import api, errors
from shop.actions import checkout
from shop.maintenance import guards, integrity_checks
from shop.maintenance.order_timers import run_due_timers
from shop.models import Attempt, Order, OrderEvent, Stock, StockMove
from shop.writers import order_writer, stock_writer
from superapp.core.fair_semaphore import FairSemaphore
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.conftest import stock_of

CONDITION = "s.on_hand - s.held - s.committed >= %s"


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


@pytest.fixture(autouse=True)
def threads_are_processes(monkeypatch):
    """Let threads run side by side as processes do, instead of waiting for their turn."""
    monkeypatch.setattr(checkout, "CHECKOUT_SLOTS", FairSemaphore(16))


def test_last_pieces_are_sold_once_to_concurrent_buyers(buyers, bo, few, buy, in_threads, now):
    answers = in_threads(*[lambda buyer=buyer: buy(buyer, few) for buyer in buyers])

    assert Counter(type(answer).__name__ for answer in answers) == {"CheckoutCompleted": 3, "CheckoutRefused": 5}
    assert {answer.code for answer in answers if isinstance(answer, api.CheckoutRefused)} == {"shop.sold_out"}
    assert stock_of(few, bo) == (3, 0, 3)
    assert Order.objects.count() == 3
    assert sorted(balance(buyer, now) for buyer in buyers) == [975_000_00] * 3 + [1_000_000_00] * 5
    assert all_is_well(now) == []


@pytest.fixture
def all_have_looked(monkeypatch):
    """Let nobody reserve before eight have seen that there is enough."""
    line, mine = threading.Barrier(8), threading.local()
    look = checkout.catalog.pipeline_offer

    def looked(*args, **kwargs):
        offer = look(*args, **kwargs)

        def found():
            seen = offer()
            if not getattr(mine, "has_waited", False):
                mine.has_waited = True
                line.wait(30)
            return seen

        return found

    monkeypatch.setattr(checkout.catalog, "pipeline_offer", looked)


@pytest.fixture
def without_the_condition(monkeypatch):
    """Taking does not ask any more whether there is enough."""
    assert CONDITION in order_writer._contended_rows(1)
    without = order_writer._contended_rows(1).replace(CONDITION, "%s > 0")
    monkeypatch.setattr(order_writer, "_contended_rows", lambda _lines, _shops: without)

    def careless(variant_id, quantity, **told):
        statement = (
            "UPDATE shop_stock SET committed = committed + %s, version = version + 1"
            " WHERE variant_id = %s RETURNING version"
        )
        ((version,),) = stock_writer.prepared.execute_deferred(statement, [quantity, variant_id])()
        stock_writer._record_move(
            variant_id, version, "commit", quantity, told["reference"], told["key"], told["buyer_id"], told["now"]
        )
        return True

    monkeypatch.setattr(stock_writer, "commit_pieces", careless)


def test_oversale_without_the_condition_is_stopped_by_the_constraint(
    buyers,
    bo,
    few,
    buy,
    in_threads,
    all_have_looked,
    without_the_condition,
    now,
):
    outcomes = in_threads(*[lambda buyer=buyer: buy(buyer, few) for buyer in buyers])

    # Who took what was not there was refused by the CHECK, tried again, and saw it.
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"CheckoutCompleted": 3, "CheckoutRefused": 5}
    assert stock_of(few, bo) == (3, 0, 3)
    assert all_is_well(now) == []


def test_oversale_happens_without_condition_and_constraint(
    buyers,
    few,
    buy,
    in_threads,
    all_have_looked,
    without_the_condition,
    now,
):
    drop_check()

    outcomes = in_threads(*[lambda buyer=buyer: buy(buyer, few) for buyer in buyers])

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"CheckoutCompleted": 8}
    assert Stock.objects.get().committed == 8 > Stock.objects.get().on_hand
    assert [guard for guard in guards.missing(connection) if "never_oversold" in guard]


def drop_check():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE shop_stock DROP CONSTRAINT shop_stock_never_oversold")
            return
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'shop_stock'")
        ((table,),) = cursor.fetchall()
        start = table.index(', CONSTRAINT "shop_stock_never_oversold"')
        depth, end = 0, table.index("(", start)
        for end in range(end, len(table)):  # noqa: B020  # To the bracket that closes the check.
            depth += (table[end] == "(") - (table[end] == ")")
            if depth == 0:
                break
        without = table[:start] + table[end + 1 :]
        cursor.execute("UPDATE sqlite_master SET sql = %s WHERE name = 'shop_stock'", [without])
        cursor.execute("PRAGMA writable_schema = RESET")


def test_double_tap_from_two_tabs_is_one_order(buyers, bo, few, buy, in_threads, now):
    answers = in_threads(*[lambda: buy(buyers[0], few, idempotency_key="tap")] * 4)

    assert [type(answer) for answer in answers] == [api.CheckoutCompleted] * 4
    assert len({answer.order for answer in answers}) == 1
    assert Counter(answer.replayed for answer in answers) == {True: 3, False: 1}
    assert (Order.objects.count(), Attempt.objects.count(), stock_of(few, bo)) == (1, 1, (3, 0, 1))
    assert balance(buyers[0], now) == 975_000_00
    assert all_is_well(now) == []


def test_concurrent_purchases_with_one_key_place_one(buyers, few, buy, in_threads, now):
    outcomes = in_threads(
        *[lambda pieces=pieces: buy(buyers[0], few, pieces, idempotency_key="tap") for pieces in (1, 2) * 2]
    )

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"CheckoutCompleted": 2, "KeyReused": 2}
    assert Order.objects.count() == 1
    assert all_is_well(now) == []


def test_concurrent_purchases_of_one_wallet_stay_within_its_balance(
    make_payer, make_product, shop, buy, in_threads, now, real_db
):
    cy = make_payer("cy", 60_000_00)
    product = make_product(shop)

    answers = in_threads(*[lambda: buy(cy, product)] * 4)

    assert Counter(getattr(answer, "code", "placed") for answer in answers) == {
        "placed": 2,
        "payments.insufficient_funds": 2,
    }
    assert balance(cy, now) == 10_000_00
    assert all_is_well(now) == []


def moved(*functions, in_threads):
    outcomes = in_threads(*functions)
    wrong = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, errors.NotNow)]
    assert wrong == []
    return outcomes


@pytest.mark.parametrize("attempt", range(3))
def test_concurrent_cancel_and_confirm_have_one_winner(attempt, buyers, bo, few, buy, in_threads, now):
    ana = buyers[0]
    order = buy(ana, few).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)

    moved(
        *[lambda: api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)] * 3,
        *[lambda: api.cancel_order(user_id=bo.pk, device_id=make_trusted_device(bo), order=order, now=now)] * 3,
        in_threads=in_threads,
    )

    stands = Order.objects.get()
    assert (stands.version, OrderEvent.objects.count()) == (4, 4)
    paid_back = balance(ana, now) == 1_000_000_00
    assert stands.state == ("cancelled" if paid_back else "completed")
    assert all_is_well(now) == []


def test_concurrent_cancel_accept_and_timeout_have_one_winner(buyers, bo, few, buy, in_threads, now):
    ana = buyers[0]
    order = buy(ana, few, 2).order

    moved(
        *[lambda: api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=order, now=now)] * 2,
        *[lambda: api.accept_order(user_id=bo.pk, order=order, now=now)] * 2,
        *[lambda: run_due_timers(now + timedelta(days=2))] * 2,
        in_threads=in_threads,
    )

    stands = Order.objects.get()
    assert stands.version == 2
    assert stock_of(few, bo) == ((3, 0, 2) if stands.state == "accepted" else (3, 0, 0))
    assert balance(ana, now) == (950_000_00 if stands.state == "accepted" else 1_000_000_00)
    assert all_is_well(now) == []


def test_timers_in_many_processes_fire_once(buyers, bo, few, buy, in_threads, now):
    for buyer in buyers[:3]:
        buy(buyer, few)

    done = in_threads(*[lambda: run_due_timers(now + timedelta(days=2))] * 5)

    assert sum(done) == 3
    assert Order.objects.filter(state="cancelled", cancelled_by="expired", version=2).count() == 3
    assert stock_of(few, bo) == (3, 0, 0)
    assert all_is_well(now) == []


def test_concurrent_claims_of_one_tracking_number_give_it_to_one(buyers, bo, few, buy, in_threads, now):
    sold = [buy(buyer, few).order for buyer in buyers[:3]]
    for order in sold:
        api.accept_order(user_id=bo.pk, order=order, now=now)

    outcomes = in_threads(
        *[lambda o=order: api.ship_order(user_id=bo.pk, order=o, courier="JNE", resi="7", now=now) for order in sold]
    )

    assert Counter(type(one) for one in outcomes)[errors.ResiTaken] == 2
    assert Order.objects.filter(state="shipped").count() == 1
    assert all_is_well(now) == []


def test_stock_set_during_purchases_stays_consistent(buyers, bo, few, buy, in_threads, now):
    def count(on_hand):
        return lambda: api.set_stock(
            owner_id=bo.pk, product=few.public_id, on_hand=on_hand, idempotency_key=f"count-{on_hand}", now=now
        )

    outcomes = in_threads(*[lambda buyer=buyer: buy(buyer, few) for buyer in buyers[:6]], count(5), count(4))

    assert {type(one) for one in outcomes} <= {
        api.CheckoutCompleted,
        api.CheckoutRefused,
        api.StockLevel,
        errors.StockTooLow,
    }
    assert StockMove.objects.filter(kind="commit").count() == Order.objects.count()
    assert all_is_well(now) == []


def test_concurrent_purchases_end_consistent(buyers, bo, make_product, shop, buy, in_threads, now):
    goods = [make_product(shop, name=f"Barang {number}", quantity=20) for number in range(2)]

    def afternoon(buyer, first):
        def live():
            for number in range(4):
                order = buy(buyer, goods[(first + number) % 2]).order
                if number % 2:
                    api.cancel_order(user_id=buyer.pk, device_id=make_trusted_device(buyer), order=order, now=now)
                else:
                    api.accept_order(user_id=bo.pk, order=order, now=now)
                    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=str(order), now=now)
                    api.confirm_receipt(user_id=buyer.pk, device_id=make_trusted_device(buyer), order=order, now=now)
            return "home"

        return live

    outcomes = in_threads(*[afternoon(buyer, number) for number, buyer in enumerate(buyers)])

    assert outcomes == ["home"] * 8
    assert Counter(Order.objects.values_list("state", flat=True)) == {"completed": 16, "cancelled": 16}
    assert all_is_well(now) == []
