"""The proof of goods and orders finds, and names, every kind of lie that is told to it while the guards are off."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments import api as payments
from shop import api
from shop.actions.transitions import run_timer
from shop.maintenance import guards, integrity_checks
from shop.maintenance.integrity_checks import nightly
from shop.models import Order, OrderTimer, ShopNight
from superapp.core import scheduler
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device


@pytest.fixture
def scene(real_db, ana, bo, shop, product, buy, open_purchase, now):
    """
    An order of each kind: paid, shipped, delivered by a courier, completed, cancelled, with an open review case; and a
    purchase that waits for its payment.
    """
    open_purchase(ana, product)
    orders = [buy(ana, product).order for _ in range(6)]
    for number, order in enumerate((*orders[1:4], orders[5])):
        api.accept_order(user_id=bo.pk, order=order, now=now)
        api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=f"R{number}", now=now)
    api.record_courier_delivery(courier="JNE", resi="R1", evidence={}, now=now)
    api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=orders[3], now=now)
    api.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=orders[4], now=now)
    run_timer(OrderTimer.objects.get(order=orders[5], kind="review"), now=now + timedelta(days=30))
    write = str if connection.vendor == "postgresql" else lambda public_id: public_id.hex
    names = ("paid", "shipped", "delivered", "completed", "cancelled", "reviewed")
    return dict(zip(names, map(write, orders), strict=True)) | {"buyer": ana.pk}


def test_consistent_shop_data_has_no_violation(scene, now, capsys):
    assert Order.objects.count() == 6
    assert integrity_checks.check_integrity(now=now) == []

    call_command("check_shop")

    assert capsys.readouterr().out == f"All {len(integrity_checks.RULES) + 2} rules hold.\n"


LIES = {
    "a piece from nowhere": (
        "UPDATE shop_stock SET on_hand = on_hand + 1",
        {"a stock stands where its moves left it"},
    ),
    "a piece set free": (
        "UPDATE shop_stock SET committed = committed - 1",
        {"a stock stands where its moves left it", "what is committed is what orders wait to send"},
    ),
    "a piece held for nobody": (
        "UPDATE shop_stock SET held = held + 1",
        {"a stock stands where its moves left it", "what is held is what purchases wait to pay"},
    ),
    "a purchase that ended in silence": (
        "UPDATE shop_pendingpurchase SET state = 'expired', closed_at = created_at",
        {"what is held is what purchases wait to pay"},
    ),
    "a purchase that led to no order": (
        "UPDATE shop_pendingpurchase SET state = 'placed', closed_at = created_at",
        {"what is held is what purchases wait to pay", "a purchase that was paid from outside led to its order, and no other did"},
    ),
    "a move less": ("DELETE FROM shop_stockmove WHERE seq = 2", {"a stock stands where its moves left it"}),
    "an order moved in silence": (
        "UPDATE shop_order SET state = 'completed' WHERE public_id = '{delivered}'",
        {"an order stands where its events left it", "a buyer's counter is the number of their orders",
         "a shop's counter is the number of its orders", "a timer waits only where it could still do something",
         "what lies in escrow is what unfinished orders cost"},
    ),
    "an event less": (
        "DELETE FROM shop_orderevent WHERE order_id = '{shipped}' AND seq = 2",
        {"an order stands where its events left it", "each event continues from the one before"},
    ),
    "an event by somebody else": (
        "UPDATE shop_orderevent SET actor_kind = 'merchant' WHERE order_id = '{completed}' AND transition = 'completed'",
        {"each event continues from the one before"},
    ),
    "an offer accepted for nothing": (
        "UPDATE shop_orderevent SET transition = 'offer_accepted' WHERE order_id = '{delivered}' AND transition = 'delivered'",
        {"each event continues from the one before", "an accepted offer ends its order in the next event"},
    ),
    "cancelled by somebody else": (
        "UPDATE shop_order SET cancelled_by = 'merchant' WHERE public_id = '{cancelled}'",
        {"an order that was cancelled says by whom, as its last event does"},
    ),
    "a cheaper line": (
        "UPDATE shop_orderline SET price_sen = 100, total_sen = 100 WHERE order_id = '{paid}'",
        {"an order is the sum of its lines"},
    ),
    "a cheaper order": (
        "UPDATE shop_order SET items_sen = 100, total_sen = 100 WHERE public_id = '{paid}'",
        {"an order is the sum of its lines", "what lies in escrow is what unfinished orders cost"},
    ),
    "a parcel called otherwise": (
        "UPDATE shop_shipment SET resi = 'X' WHERE order_id = '{shipped}'",
        {"a parcel is called as the last move that named it says"},
    ),
    "purchases forgotten": (
        "UPDATE shop_ordercounter SET orders = 0, unfinished = 0 WHERE user_id IS NOT NULL",
        {"a buyer's counter is the number of their orders"},
    ),
    "sales forgotten": (
        "UPDATE shop_ordercounter SET unfinished = 0 WHERE shop_id IS NOT NULL",
        {"a shop's counter is the number of its orders"},
    ),
    "a buyer without a counter": (
        "DELETE FROM shop_ordercounter WHERE user_id IS NOT NULL", {"every buyer has a counter"},
    ),
    "an answer forgotten": (
        "DELETE FROM shop_attempt WHERE purchase = (SELECT purchase FROM shop_order WHERE public_id = '{paid}')", {"an order was answered under the key it was asked with"},
    ),
    "a timer that waits for nothing": (
        "UPDATE shop_ordertimer SET state = 'waiting' WHERE order_id = '{cancelled}'",
        {"a timer waits only where it could still do something", },
    ),
    "a timer stopped": (
        "UPDATE shop_ordertimer SET state = 'stopped' WHERE order_id IN ('{paid}', '{delivered}')",
        {"a timer waits wherever somebody else could let an order lie"},
    ),
    "a review clock stopped": (
        "UPDATE shop_ordertimer SET state = 'stopped' WHERE order_id = '{shipped}'",
        {"a clock runs, or an operator is asked, wherever a parcel is on its way or only the shop says that it arrived"},
    ),
    "a case closed before its end": (
        "UPDATE shop_reviewcase SET closed_at = opened_at",
        {"a review case is open until its order ends, and no longer",
         "a clock runs, or an operator is asked, wherever a parcel is on its way or only the shop says that it arrived"},
    ),
    "a case lost": (
        "DELETE FROM shop_reviewcase",
        {"a review case stands for the one move that opened it, and an operator decides nothing else",
         "a clock runs, or an operator is asked, wherever a parcel is on its way or only the shop says that it arrived"},
    ),
    "a case that nobody opened": (
        "INSERT INTO shop_reviewcase (order_id, opened_at) SELECT public_id, placed_at FROM shop_order WHERE public_id = '{shipped}'",
        {"a review case stands for the one move that opened it, and an operator decides nothing else"},
    ),
    "a case left open": (
        "UPDATE shop_reviewcase SET order_id = '{completed}'",
        {"a review case is open until its order ends, and no longer",
         "a review case stands for the one move that opened it, and an operator decides nothing else",
         "a clock runs, or an operator is asked, wherever a parcel is on its way or only the shop says that it arrived"},
    ),
    "a decision without a case": (
        "UPDATE shop_orderevent SET actor_kind = 'operator' WHERE order_id = '{completed}' AND transition = 'completed'",
        {"a review case stands for the one move that opened it, and an operator decides nothing else"},
    ),
    "a parcel lost": (
        "DELETE FROM shop_shipment WHERE order_id = '{shipped}'", {"what was sent has a parcel, and nothing else has one"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LIES)
def test_shop_violation_is_found_by_its_rule(what, scene, now):
    statement, rules = LIES[what]
    guards.remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(statement.format(**scene))
        assert cursor.rowcount >= 1

    assert {finding.rule for finding in integrity_checks.check_integrity(now=now)} == rules


def test_escrow_without_an_order_is_found(scene, ana, now):
    payments.pay_into_escrow(
        reference="shop.order:none",
        payer_id=ana.pk,
        amount=Money(5_00),
        authorization=BY_PIN,
        idempotency_key="x",
        now=now,
    )

    (finding,) = integrity_checks.check_integrity(now=now)

    assert (
        str(finding) == "what lies in escrow is what unfinished orders cost: shop.order:none (500 lies there, 0 should)"
    )


def test_overdue_timer_is_found(scene, now):
    (finding,) = integrity_checks.check_integrity(now=now + timedelta(days=2, hours=1))

    assert finding.rule == "timers are kept"


def test_check_command_names_violations_and_exits_with_1(scene, capsys):
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shop_stock SET on_hand = on_hand + 1")

    with pytest.raises(CommandError, match="1 rows break a rule"):
        call_command("check_shop")
    assert "a stock stands where its moves left it: stock of product gelang-manik" in capsys.readouterr().err


def test_nightly_shop_check_result_is_stored(scene, now):
    assert nightly.claim(now.date(), now) is True

    assert nightly.report(now.date(), now) == 0

    assert (ShopNight.objects.get().is_done, ShopNight.objects.get().findings) == (True, [])
    assert {"shop.maintenance.integrity_checks.check_nightly", "shop.maintenance.order_timers.run_due_timers"} <= set(
        scheduler.periodic_tasks
    )
