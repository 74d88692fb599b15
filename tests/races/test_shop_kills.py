"""Buying and moving orders by processes that die: one child for each statement, which ends before it runs."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from payments import api as payments
from shop import api
from shop.maintenance.order_timers import run_due_timers
from shop.models import Order
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.running_site import ROOT
from tests.payments.purses import PIN, balance
from tests.races.test_concurrent_purchases import all_is_well
from tests.shop.conftest import stock_of

DYING = """
import os, signal, sys
import django
django.setup()
from datetime import datetime, timedelta, UTC
from uuid import UUID
from django.contrib.auth import get_user_model
from django.db import connection
from shop import api
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
what, product, order = sys.argv[1], UUID(sys.argv[2]), sys.argv[3]
ADDRESS = {"name": "Ana", "phone": "0812 3456 7890", "text": "Jalan 1", "town": "Yogyakarta"}

def act(number):
    people = get_user_model().objects.in_bulk(field_name="handle")
    if what == "buy":
        from shop.actions import checkout, purchase_requests
        purchase = purchase_requests.build_purchase_request(buyer_id=people["buyer0"].pk, product=product, quantity=1,
            address=ADDRESS, note="", expected_total=Money(25_000_00), idempotency_key=f"key-{number}")
        checkout.place_purchase(purchase, authorization=BY_PIN, now=NOW)
    elif what == "both":
        from shop.actions import checkout
        from shop.actions.purchase_requests import RequestedOrder, PurchaseLine, build_request_of_orders
        orders = [RequestedOrder((PurchaseLine(one, 1),)) for one in (product, UUID(order))]
        purchase = build_request_of_orders(buyer_id=people["buyer0"].pk, orders=orders, address=ADDRESS,
            expected_total=Money(50_000_00), idempotency_key=f"key-{number}")
        checkout.place_purchase(purchase, authorization=BY_PIN, now=NOW)
    elif what == "time":
        from shop.maintenance.order_timers import run_due_timers
        run_due_timers(NOW + timedelta(days=5))
    elif what == "review":
        from shop.maintenance.order_timers import run_due_timers
        run_due_timers(NOW + timedelta(days=31))
    elif what == "decide":
        api.decide_review_case(number=order, operator_id=people["op0"].pk, verdict="refund", reason="JNE: hilang",
            now=NOW + timedelta(days=30))
    elif what == "accept":
        from shop.actions import dispute_offers
        ana = people["buyer0"]
        dispute_offers.accept_offer(user_id=ana.pk, order=UUID(order), offer=5, amount=Money(10_000_00),
            device_id=make_trusted_device(ana), pin="", expected_rev=None, now=NOW)
    else:
        ana = people["buyer0"]
        api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=UUID(order), now=NOW)

number = 0
while True:
    number += 1
    child = os.fork()
    if child == 0:
        steps = 0
        def count(execute, sql, params, many, context):
            global steps
            steps += 1
            if steps == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)
        with connection.execute_wrapper(count):
            act(number)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        print(number, os.WEXITSTATUS(status), flush=True)
        break
"""


def dying(real_db, what, product, order=""):
    env = real_db.env | {"DJANGO_SETTINGS_MODULE": "superapp.settings"}
    done = subprocess.run(
        [sys.executable, "-c", DYING, what, str(product.public_id), str(order)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    children, code = map(int, done.stdout.split())
    assert code == 0, done.stderr
    return children


@pytest.mark.timeout(200)
def test_purchase_killed_before_any_statement_happens_once_or_not_at_all(real_db, buyers, bo, make_product, shop, now):
    product = make_product(shop, quantity=100)

    children = dying(real_db, "buy", product)

    assert children >= 8
    # One more than the last child died after its commit, and nobody was told.
    assert Order.objects.count() == 2
    assert stock_of(product, bo) == (100, 0, 2)
    assert balance(buyers[0], now) == 950_000_00
    assert all_is_well(now) == []
    answers = [
        api.place_order(
            buyer_id=buyers[0].pk, product=product.public_id, quantity=1, note="", pin=PIN, now=now,
            address={"name": "Ana", "phone": "0812 3456 7890", "text": "Jalan 1", "town": "Yogyakarta"},
            expected_total=Money(25_000_00), idempotency_key=f"key-{number + 1}",
        )
        for number in range(children)
    ]  # fmt: skip
    assert [answer.replayed for answer in answers] == [False] * (children - 2) + [True] * 2
    assert Order.objects.count() == children
    assert all_is_well(now) == []


@pytest.mark.timeout(200)
def test_purchase_from_two_shops_killed_before_any_statement_is_two_orders_or_none(
    real_db, buyers, bo, shop, make_user, make_shop, make_product, now
):
    cy = make_user("cy")
    product, other = (make_product(one, quantity=100) for one in (shop, make_shop(cy, handle="toko-cy")))

    children = dying(real_db, "both", product, other.public_id)

    assert children >= 15
    # One more than the last child died after its commit, and nobody was told.
    assert Order.objects.count() == 4
    assert sorted(Counter(Order.objects.values_list("purchase", flat=True)).values()) == [2, 2]
    assert (stock_of(product, bo), stock_of(other, cy)) == ((100, 0, 2), (100, 0, 2))
    assert balance(buyers[0], now) == 900_000_00
    assert all_is_well(now) == []


@pytest.mark.timeout(200)
def test_cancellation_killed_before_any_statement_happens_once_or_not_at_all(
    real_db,
    buyers,
    bo,
    few,
    buy,
    now,
):
    order = buy(buyers[0], few).order

    children = dying(real_db, "cancel", few, order)

    assert children >= 10
    assert (Order.objects.get().state, stock_of(few, bo)) == ("cancelled", (3, 0, 0))
    assert balance(buyers[0], now) == 1_000_000_00
    assert all_is_well(now) == []


@pytest.mark.timeout(200)
def test_timers_killed_before_any_statement_move_each_order_once(real_db, buyers, bo, shop, few, buy, now):
    expires, completes = buy(buyers[0], few).order, buy(buyers[1], few).order
    api.accept_order(user_id=bo.pk, order=completes, now=now)
    api.ship_order(user_id=bo.pk, order=completes, courier="JNE", resi="1", now=now)
    api.record_courier_delivery(courier="JNE", resi="1", evidence={}, now=now)

    children = dying(real_db, "time", few)

    assert children >= 20
    assert run_due_timers(now + timedelta(days=30)) == 0
    stands = {order.pk: (order.state, order.cancelled_by, order.version) for order in Order.objects.all()}
    assert stands == {expires: ("cancelled", "expired", 2), completes: ("completed", "", 5)}
    told = Fact.objects.filter(name="shop.order_moved", payload__actor="system").order_by("pk")
    assert [(fact.payload["order"], fact.payload["transition"]) for fact in told] == [
        (str(expires), "cancelled"),
        (str(completes), "completed"),
    ]
    assert (balance(buyers[0], now), balance(buyers[1], now)) == (1_000_000_00, 975_000_00)
    assert payments.get_merchant_balance(api.merchant_reference(shop.public_id)).total == Money(25_000_00)
    assert stock_of(few, bo) == (2, 0, 0)
    assert all_is_well(now) == []
