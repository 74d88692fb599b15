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
from shop.actions import dispute_offers, disputes, pending_purchases, tracking
from shop.actions.transitions import run_timer
from shop.domain.order_states import ALLOWED_TRANSITIONS, FINISHED
from shop.maintenance import guards
from shop.models import Checkpoint, OrderEvent, OrderTimer, TrackedParcel, Variant
from superapp.core import guards as core_guards
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.shop.illegal_statements import (
    ACCEPTED,
    ANSWERED,
    CORRECTION,
    DECIDED,
    DECISION,
    EVENT,
    ILLEGAL,
    ILLEGAL_ON_SQLITE,
    MOVE,
    OFFER,
)

REFUSALS = (IntegrityError, DataError, InternalError)


@pytest.fixture
def scene(ana, bo, shop, product, buy, make_product, open_purchase, now):
    """
    An order that was accepted, one on its way, one with an open case, two in dispute, one of them with an offer, one completed, and two
    purchases that a bank was to pay, one of which was cancelled; beside them a product that nobody bought, and one with a hundred
    variants. Ids by name, as SQL has them.
    """
    order, done, sent, cased, disputed, offered = (buy(ana, product, pieces).order for pieces in (2, 1, 1, 1, 1, 1))
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
    api.accept_order(user_id=bo.pk, order=offered, now=now)
    api.ship_order(user_id=bo.pk, order=offered, courier="JNE", resi="7", now=now)
    disputes.open_dispute(user_id=ana.pk, order=offered, reason="rusak", expected_rev=None, now=now)
    dispute_offers.answer_dispute(
        user_id=bo.pk, order=offered, words="maaf", amount=Money(10_000_00), device_id=make_trusted_device(bo), pin="",
        expected_rev=None, now=now,
    )  # fmt: skip
    given_up = open_purchase(ana, product).pk
    pending_purchases.cancel_pending_purchase(buyer_id=ana.pk, order=given_up, now=now)
    waiting = open_purchase(ana, product).pk
    tracking.begin_tracking("JNE", "1", now=now)
    Checkpoint.objects.create(
        parcel=TrackedParcel.objects.get(), source="pull", raw_hash="a" * 64, raw="{}", code="X", happened_at=now,
        received_at=now,
    )  # fmt: skip
    write = str if connection.vendor == "postgresql" else lambda public_id: public_id.hex
    variant = Variant.objects.get()
    unsold, beside, full = (Variant.objects.get(product__public_id=make_product(shop).public_id) for _ in range(3))
    Variant.objects.bulk_create(
        Variant(product=full.product, value_1=f"warna {n}", price_sen=100, is_retired=n > 98) for n in range(100)
    )
    return {
        "order": write(order),
        "done": write(done),
        "sent": write(sent),
        "cased": write(cased),
        "disputed": write(disputed),
        "offered": write(offered),
        "given_up": write(given_up),
        "waiting": write(waiting),
        "variant": variant.pk,
        "product": variant.product_id,
        "unsold": unsold.pk,
        "beside": beside.product_id,
        "full": full.product_id,
        "false": "false",
        "ana": ana.pk,
        "bo": bo.pk,
    }


def contents() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for table in guards.GUARDED:
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


@pytest.mark.parametrize(
    "said", [ACCEPTED, ACCEPTED | {"name": "offer_declined"}, ANSWERED], ids=lambda said: said["name"]
)
def test_offer_that_stands_is_answered_once(said, scene):
    """The twin of the refusals: the same statement, about the offer as it was made."""
    statement = OFFER.format(**said).format(**scene)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute(MOVE.replace("{order}", "{offered}").format(to="shipped").format(**scene))
    again = OFFER.format(**ACCEPTED).format(**scene).replace("', 6,", "', 7,")
    assert refused(again)


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
