"""Guards of products and orders refuse raw SQL on both databases, and none of them can go missing."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DataError, IntegrityError, InternalError, connection, transaction

import shop.migrations
from shop import api
from shop.actions import disputes, pending_purchases
from shop.actions.transitions import run_timer
from shop.domain.order_states import ALLOWED_TRANSITIONS, FINISHED
from shop.maintenance import guards
from shop.models import OrderEvent, OrderTimer
from superapp.core import guards as core_guards
from tests.harness.socket_client import make_trusted_device

REFUSALS = (IntegrityError, DataError, InternalError)


@pytest.fixture
def scene(ana, bo, shop, product, buy, open_purchase, now):
    """
    An order that was accepted, one on its way, one with an open case, one in dispute, one completed, and two purchases that a bank was
    to pay, one of which was cancelled; ids by name, as SQL has them.
    """
    order, done, sent, cased, disputed = (buy(ana, product, pieces).order for pieces in (2, 1, 1, 1, 1))
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.accept_order(user_id=bo.pk, order=sent, now=now)
    api.ship_order(user_id=bo.pk, order=sent, courier="JNE", resi="1", now=now)
    api.accept_order(user_id=bo.pk, order=done, now=now)
    api.ship_order(user_id=bo.pk, order=done, courier="JNE", resi="1", now=now)
    api.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=done, now=now)
    api.accept_order(user_id=bo.pk, order=cased, now=now)
    api.ship_order(user_id=bo.pk, order=cased, courier="JNE", resi="9", now=now)
    run_timer(OrderTimer.objects.get(order=cased, kind="review"), now=now + timedelta(days=30))
    api.accept_order(user_id=bo.pk, order=disputed, now=now)
    api.ship_order(user_id=bo.pk, order=disputed, courier="JNE", resi="8", now=now)
    api.record_courier_delivery(courier="JNE", resi="8", evidence={}, now=now)
    disputes.open_dispute(user_id=ana.pk, order=disputed, reason="rusak", expected_rev=None, now=now)
    given_up = open_purchase(ana, product).pk
    pending_purchases.cancel_pending_purchase(buyer_id=ana.pk, order=given_up, now=now)
    waiting = open_purchase(ana, product).pk
    write = str if connection.vendor == "postgresql" else lambda public_id: public_id.hex
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM shop_product")
        ((product_id,),) = cursor.fetchall()
    return {
        "order": write(order),
        "done": write(done),
        "sent": write(sent),
        "cased": write(cased),
        "disputed": write(disputed),
        "given_up": write(given_up),
        "waiting": write(waiting),
        "product": product_id,
        "ana": ana.pk,
        "bo": bo.pk,
    }


MOVE = "UPDATE shop_order SET state = '{to}', version = version + 1, purchase_rev = purchase_rev + 1, sale_rev = sale_rev + 1 WHERE public_id = '{{order}}'"
EVENT = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{order}}', {seq}, '{name}', '{before}', '{after}', '{who}', NULL, '', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
CORRECTION = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{sent}', 4, 'resi_corrected', 'shipped', 'shipped', 'merchant', {bo}, '',"
    """ '{{"courier": "JNE", "resi": "2", "was_courier": "JNE", "was_resi": "1"}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{sent}'"""
)
DECISION = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{{of}}}', {seq}, 'completed', 'shipped', 'completed', '{who}', {actor}, '{reason}', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
DISPUTED = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{{of}}}', {seq}, '{name}', '{before}', '{after}', '{who}', {{bo}}, 'x', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
CLOSE = "UPDATE shop_pendingpurchase SET state = '{state}', closed_at = created_at WHERE public_id = '{{{of}}}'"
DECIDED = {"of": "cased", "seq": 5, "who": "operator", "actor": "{bo}", "reason": "JNE: hilang"}
ILLEGAL = {
    # Stock.
    "sold below nothing": "UPDATE shop_stock SET committed = committed + 100, version = version + 1 WHERE product_id = {product}",
    "pieces taken away that are sold": "UPDATE shop_stock SET on_hand = 0, version = version + 1 WHERE product_id = {product}",
    "negative pieces": "UPDATE shop_stock SET committed = -1, version = version + 1 WHERE product_id = {product}",
    "pieces that move unnumbered": "UPDATE shop_stock SET on_hand = on_hand + 1 WHERE product_id = {product}",
    "a number left out": "UPDATE shop_stock SET on_hand = on_hand + 1, version = version + 2 WHERE product_id = {product}",
    "stock of something else": "UPDATE shop_stock SET product_id = 99, version = version + 1 WHERE product_id = {product}",
    "stock deleted": "DELETE FROM shop_stock WHERE product_id = {product}",
    "move changed": "UPDATE shop_stockmove SET quantity = 1",
    "move deleted": "DELETE FROM shop_stockmove WHERE seq = 1",
    "move that was not made": "INSERT INTO shop_stockmove (stock_id, seq, kind, quantity, reference, idempotency_key, at) SELECT stock_id, 99, kind, quantity, reference, 'x', at FROM shop_stockmove WHERE seq = 1",
    "move told twice": "INSERT INTO shop_stockmove (stock_id, seq, kind, quantity, reference, idempotency_key, at) SELECT stock_id, seq, kind, quantity, reference, 'x', at FROM shop_stockmove WHERE seq = 1",
    # Prices.
    "free goods": "UPDATE shop_product SET price_sen = 0",
    "price below nothing": "UPDATE shop_product SET price_sen = -100",
    "half a rupiah": "UPDATE shop_product SET price_sen = 150",
    "price beyond counting": "UPDATE shop_product SET price_sen = 100000000100",
    "state of a product that nobody knows": "UPDATE shop_product SET state = 'gone'",
    # Orders: moves that are not in the table, or that nobody told.
    "from accepted to completed": MOVE.format(to="completed"),
    "from accepted to delivered": MOVE.format(to="delivered"),
    "back to paid": MOVE.format(to="paid"),
    "to a state that nobody knows": MOVE.format(to="lost"),
    "legal, and told by nobody": MOVE.format(to="packed"),
    "two versions at once": "UPDATE shop_order SET version = version + 2, purchase_rev = 99, sale_rev = 99 WHERE public_id = '{order}'",
    "no version": "UPDATE shop_order SET state = 'packed' WHERE public_id = '{order}'",
    "completed order taken back": MOVE.format(to="cancelled").replace("{order}", "{done}"),
    "cheaper afterwards": "UPDATE shop_order SET items_sen = 100, total_sen = 100, version = version + 1 WHERE public_id = '{order}'",
    "another buyer": "UPDATE shop_order SET buyer_id = {bo} WHERE public_id = '{order}'",
    "another address": "UPDATE shop_order SET address = '{{}}' WHERE public_id = '{order}'",
    "order deleted": "DELETE FROM shop_order WHERE public_id = '{order}'",
    "order that begins completed": (
        "INSERT INTO shop_order SELECT '01890000000070008000000000000000', 'NS-1', state, cancelled_by, version, shop_name, shop_town, items_sen,"
        " shipping_sen, total_sen, fee_rule, address, note, placed_at, changed_at, purchase_rev, sale_rev, buyer_id, shop_id, placing_device_id FROM shop_order WHERE public_id = '{done}'"
    ),
    "line changed": "UPDATE shop_orderline SET price_sen = 100, total_sen = 200 WHERE order_id = '{order}'",
    "line deleted": "DELETE FROM shop_orderline WHERE order_id = '{order}'",
    # Events: what did not happen, or was not theirs to do.
    "event of an illegal move": EVENT.format(seq=3, name="completed", before="accepted", after="completed", who="buyer"),
    "event by whom it is not for": EVENT.format(seq=3, name="packed", before="accepted", after="packed", who="buyer"),
    "event under another name": EVENT.format(seq=3, name="shipped", before="accepted", after="packed", who="merchant"),
    "event from another state": EVENT.format(seq=3, name="accepted", before="paid", after="accepted", who="merchant"),
    "event ahead of time": EVENT.format(seq=4, name="packed", before="accepted", after="packed", who="merchant"),
    "event told twice": EVENT.format(seq=2, name="packed", before="accepted", after="packed", who="merchant"),
    "beginning told again": EVENT.format(seq=3, name="placed", before="", after="paid", who="buyer"),
    "event changed": "UPDATE shop_orderevent SET actor_kind = 'system'",
    "event deleted": "DELETE FROM shop_orderevent WHERE order_id = '{order}' AND seq = 2",
    # Decisions of an operator.
    "decided by nobody in person": DECISION.format(**DECIDED | {"actor": "NULL"}),
    "decided without a reason": DECISION.format(**DECIDED | {"reason": ""}),
    "decided without a case": DECISION.format(**DECIDED | {"of": "sent", "seq": 4}),
    "decided by the courier": DECISION.format(**DECIDED | {"who": "courier"}),
    "decided by the merchant": DECISION.format(**DECIDED | {"who": "merchant"}),
    "decided by the clock": DECISION.format(**DECIDED | {"who": "system"}),
    "case opened in silence": "INSERT INTO shop_reviewcase (order_id, opened_at) SELECT '{sent}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{sent}'",
    "case opened again": "INSERT INTO shop_reviewcase (order_id, opened_at) SELECT order_id, opened_at FROM shop_reviewcase",
    "case closed while its order goes on": "UPDATE shop_reviewcase SET closed_at = opened_at",
    "case of another order": "UPDATE shop_reviewcase SET order_id = '{sent}'",
    "case deleted": "DELETE FROM shop_reviewcase",
    # Disputes.
    "disputed order completed by the clock": DISPUTED.format(name="completed", after="completed", who="system", seq=6, of="disputed", before="delivered"),
    "dispute told twice": DISPUTED.format(name="dispute_opened", after="delivered", who="buyer", seq=6, of="disputed", before="delivered"),
    "dispute dropped that nobody opened": DISPUTED.format(name="dispute_dropped", after="shipped", who="buyer", seq=4, of="sent", before="shipped"),
    "part refunded by an operator without a dispute": DISPUTED.format(name="refunded", after="shipped", who="operator", seq=5, of="cased", before="shipped"),
    "second open dispute": "INSERT INTO shop_dispute (order_id, opened_at) SELECT order_id, opened_at FROM shop_dispute",
    "dispute opened in silence": "INSERT INTO shop_dispute (order_id, opened_at) SELECT '{sent}', opened_at FROM shop_dispute",
    "dispute closed in silence": "UPDATE shop_dispute SET closed_at = opened_at",
    "dispute of another order": "UPDATE shop_dispute SET order_id = '{sent}'",
    "dispute deleted": "DELETE FROM shop_dispute",
    # Purchases that a bank is to pay.
    "purchase placed without its order": CLOSE.format(state="placed", of="waiting"),
    "purchase opened again": "UPDATE shop_pendingpurchase SET state = 'open', closed_at = NULL WHERE public_id = '{given_up}'",
    "purchase ended twice": CLOSE.format(state="expired", of="given_up"),
    "purchase ended at no time": "UPDATE shop_pendingpurchase SET state = 'expired' WHERE public_id = '{waiting}'",
    "cheaper purchase": "UPDATE shop_pendingpurchase SET price_sen = 100, total_sen = 100 WHERE public_id = '{waiting}'",
    "purchase of somebody else": "UPDATE shop_pendingpurchase SET buyer_id = {bo} WHERE public_id = '{waiting}'",
    "purchase that waits longer": "UPDATE shop_pendingpurchase SET expires_at = '2099-01-01' WHERE public_id = '{waiting}'",
    "purchase deleted": "DELETE FROM shop_pendingpurchase",
    "pieces held below nothing": "UPDATE shop_stock SET held = -1, version = version + 1 WHERE product_id = {product}",
    "pieces held that are not there": "UPDATE shop_stock SET held = held + 100, version = version + 1 WHERE product_id = {product}",
    # The rest of what was said once.
    "answer changed": "UPDATE shop_attempt SET code = 'x'",
    "answer forgotten": "DELETE FROM shop_attempt",
    "answered twice": "INSERT INTO shop_attempt (buyer_id, idempotency_key, content_hash, outcome, code, params, answered_at) SELECT buyer_id, idempotency_key, 'other', 'refused', 'x', params, answered_at FROM shop_attempt",
    "placed without an order": "INSERT INTO shop_attempt (buyer_id, idempotency_key, content_hash, outcome, code, params, answered_at) SELECT buyer_id, 'new', '', 'placed', '', params, answered_at FROM shop_attempt",
    "orders forgotten": "UPDATE shop_ordercounter SET orders = 0, unfinished = 0, rev = rev + 1",
    "orders counted unnumbered": "UPDATE shop_ordercounter SET unfinished = 0",
    "counter deleted": "DELETE FROM shop_ordercounter",
    "parcel exchanged": "UPDATE shop_shipment SET resi = 'other'",
    "parcel corrected in silence": "UPDATE shop_shipment SET resi = '2' WHERE order_id = '{sent}'",
    "parcel of another courier in silence": "UPDATE shop_shipment SET courier = 'TIKI' WHERE order_id = '{sent}'",
    "parcel corrected by the buyer": CORRECTION.replace("'merchant'", "'buyer'"),
    "parcel deleted": "DELETE FROM shop_shipment",
    "a new move": "INSERT INTO shop_transition (name, from_state, to_state, who) VALUES ('completed', 'paid', 'completed', 'merchant')",
    "a move for somebody else": "UPDATE shop_transition SET who = 'merchant' WHERE name = 'completed'",
    "a move less": "DELETE FROM shop_transition WHERE name = 'cancelled'",
}  # fmt: skip
ILLEGAL_ON_SQLITE = {
    "half a piece": "UPDATE shop_stock SET on_hand = on_hand + 0.5, version = version + 1 WHERE product_id = {product}",
    "stock replaced": "INSERT OR REPLACE INTO shop_stock SELECT * FROM shop_stock",
    "move replaced": "INSERT OR REPLACE INTO shop_stockmove SELECT * FROM shop_stockmove",
    "order replaced": "INSERT OR REPLACE INTO shop_order SELECT * FROM shop_order",
    "event replaced": "INSERT OR REPLACE INTO shop_orderevent SELECT * FROM shop_orderevent",
    "line replaced": "INSERT OR REPLACE INTO shop_orderline SELECT * FROM shop_orderline",
    "answer replaced": "INSERT OR REPLACE INTO shop_attempt SELECT * FROM shop_attempt",
    "counter replaced": "INSERT OR REPLACE INTO shop_ordercounter SELECT * FROM shop_ordercounter",
    "case replaced": "INSERT OR REPLACE INTO shop_reviewcase SELECT * FROM shop_reviewcase",
    "dispute replaced": "INSERT OR REPLACE INTO shop_dispute SELECT * FROM shop_dispute",
    "purchase replaced": "INSERT OR REPLACE INTO shop_pendingpurchase SELECT * FROM shop_pendingpurchase",
    "parcel replaced": "INSERT OR REPLACE INTO shop_shipment SELECT * FROM shop_shipment",
}


def contents() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for table in (*guards.GUARDED, "product"):
            cursor.execute(f"SELECT * FROM shop_{table} ORDER BY 1, 2")
            rows += [(table, *map(str, row)) for row in cursor.fetchall()]
    return rows


def refused(statement: str) -> bool:
    """Return whether the database refuses the statement, at once or at the latest on commit."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            else:
                cursor.execute("PRAGMA foreign_key_check")
                if cursor.fetchall():
                    return True
    except REFUSALS:
        return True
    return False


@pytest.mark.parametrize("what", ILLEGAL)
def test_database_refuses_from_raw_sql(what, scene):
    before = contents()

    assert refused(ILLEGAL[what].format(**scene))

    assert contents() == before


@pytest.mark.embedded_only
def test_sqlite_refuses_wrong_types_and_replace(scene):
    before = contents()

    let_through = [what for what, statement in ILLEGAL_ON_SQLITE.items() if not refused(statement.format(**scene))]

    assert let_through == []
    assert contents() == before


@pytest.mark.embedded_only
def test_sqlite_refuses_deleting_everything(scene):
    assert [table for table in guards.GUARDED if not refused(f"DELETE FROM shop_{table}")] == []


@pytest.mark.served_only
def test_postgresql_refuses_truncation(real_db, scene):
    assert [table for table in guards.GUARDED if not refused(f"TRUNCATE shop_{table} CASCADE")] == []


def test_legal_transition_with_its_event_is_accepted(scene):
    """The twin of the refusals: the same statements, in their order and by whom they are for."""
    event = EVENT.format(seq=3, name="packed", before="accepted", after="packed", who="merchant").format(**scene)
    with connection.cursor() as cursor:
        cursor.execute(event)
        cursor.execute(MOVE.format(to="packed").format(**scene))
        assert cursor.rowcount == 1
    assert OrderEvent.objects.filter(seq=3, transition="packed").count() == 1


def test_complete_case_decision_is_accepted_once(scene):
    with connection.cursor() as cursor:
        cursor.execute(DECISION.format(**DECIDED).format(**scene))
        cursor.execute(MOVE.replace("{order}", "{cased}").format(to="completed").format(**scene))
        cursor.execute("UPDATE shop_reviewcase SET closed_at = opened_at")
        assert cursor.rowcount == 1
    assert refused("UPDATE shop_reviewcase SET closed_at = opened_at")


def test_tracking_number_is_corrected_only_as_its_event_says(scene):
    correct = "UPDATE shop_shipment SET resi = '{to}' WHERE order_id = '{sent}'"
    with connection.cursor() as cursor:
        cursor.execute(CORRECTION.format(**scene))
        cursor.execute(MOVE.replace("{order}", "{sent}").format(to="shipped").format(**scene))
        assert refused(correct.format(to="3", **scene))
        cursor.execute(correct.format(to="2", **scene))
        assert cursor.rowcount == 1
    assert refused(correct.format(to="1", **scene))


def test_migrated_database_has_every_guard(db):
    assert guards.missing(connection) == []
    assert [error for error in run_checks(databases=["default"]) if error.id == "shop.E001"] == []


def drops() -> dict[str, str]:
    if connection.vendor == "postgresql":
        return {
            "shop_order_moves": "DROP TRIGGER shop_order_moves ON shop_order",
            "shop_stock_moves": "ALTER TABLE shop_stock DISABLE TRIGGER shop_stock_moves",
            "shop_stock_never_oversold": "ALTER TABLE shop_stock DROP CONSTRAINT shop_stock_never_oversold",
            "shop_order_guard": "CREATE OR REPLACE FUNCTION shop_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
            "transition completed paid": (
                "ALTER TABLE shop_transition DISABLE TRIGGER ALL;"
                "INSERT INTO shop_transition (name, from_state, to_state, who) VALUES ('completed', 'paid', 'completed', 'merchant');"
                "ALTER TABLE shop_transition ENABLE ALWAYS TRIGGER ALL"
            ),
        }
    return {
        "shop_order_moves": "DROP TRIGGER shop_order_moves",
        "shop_stock_moves_are_numbered": "DROP TRIGGER shop_stock_moves_are_numbered",
        "shop_transition_closed": "DROP TRIGGER shop_transition_closed",
    }


def test_missing_guard_is_named_and_stops_the_start(db):
    assert len(drops()) >= 3

    for name, statement in drops().items():
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
            with connection.cursor() as cursor:
                for one in statement.split(";") if "transition" in name else [statement]:
                    cursor.execute(one.replace("ENABLE ALWAYS TRIGGER ALL", "ENABLE TRIGGER ALL"))
            assert [absent for absent in guards.missing(connection) if name in absent]
            assert [error for error in run_checks(databases=["default"]) if error.id == "shop.E001"]
            with pytest.raises(core_guards.GuardsMissing, match=name):
                core_guards.require_all()
            raise ZeroDivisionError
    assert guards.missing(connection) == []


def test_altered_transition_table_is_detected(db):
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_transition (name, from_state, to_state, who) VALUES ('completed', 'paid', 'completed', 'merchant')"
        )
    guards.install(connection)

    assert guards.missing(connection) == ["transition completed paid completed merchant"]


def test_reinstalled_guards_hold(real_db, scene):
    guards.remove(connection)
    statement = MOVE.format(to="completed").format(**scene)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 1  # Without them, anything goes.
        raise ZeroDivisionError

    guards.install(connection)
    guards.install(connection)

    assert refused(statement)
    assert guards.missing(connection) == []


def test_every_migration_installs_the_guards_at_its_end():
    """SQLite rebuilds tables, and drops their triggers without a word."""
    names = [module.name for module in pkgutil.iter_modules(shop.migrations.__path__)]
    assert "0001_shops_and_goods" in names

    last = [importlib.import_module(f"shop.migrations.{name}").Migration.operations[-1] for name in names]

    assert [type(operation) for operation in last] == [guards.InstallGuards] * len(names)


def test_transition_table_has_the_documented_states():
    states = {move.from_state for move in ALLOWED_TRANSITIONS} | {move.to_state for move in ALLOWED_TRANSITIONS}

    assert states == {"", "paid", "accepted", "packed", "shipped", "delivered", "completed", "cancelled"}
    after_the_end = {(move.name, move.from_state) for move in ALLOWED_TRANSITIONS if move.from_state in FINISHED}
    assert after_the_end == {("refunded", "completed")}
