"""Guards refuse raw SQL on both databases, and none of them can go missing unseen."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DataError, IntegrityError, InternalError, ProgrammingError, connection, migrations, transaction

import payments.migrations
from payments.actions import sealing
from payments.domain import chart_of_accounts
from payments.maintenance import guards
from payments.models import (
    Account,
    Journal,
    Posting,
    QrisAccount,
    QrisBill,
    QrisPayment,
    Request,
    Transfer,
)
from payments.models.constraints import TriggeredCheck
from payments.writers import ledger
from superapp.core import health
from superapp.core.money import Money
from tests.payments.bank_rows import fill_bank_tables
from tests.payments.illegal_statements import ILLEGAL, ILLEGAL_ON_SQLITE, POSTING, TRANSFER
from tests.payments.test_qris_payments import bill_of, pay
from tests.payments.test_qris_payments import open_account as open_qris_account

REFUSALS = (IntegrityError, DataError, InternalError)


@pytest.fixture
def scene(wallet: Callable[..., Account], open_account: Any, entry: Any, now: Any) -> dict[str, int]:
    """Two wallets, a transfer between them, an open hold, a captured one and a dollar account; ids by name."""
    ana, bo = wallet("ana", 10_000), wallet("bo", 5_000)
    dollars = open_account("ana", asset="USD")
    done = ledger.post(entry(ana, bo, 100, key="done"), now=now)
    held = ledger.post(entry(ana, bo, 300, phase="hold", key="held"), now=now)
    was_held = ledger.post(entry(ana, bo, 200, phase="hold"), now=now)
    captured = Transfer.objects.get(journal_id=was_held.journal_id)
    ledger.post(entry(ana, bo, 200, phase="capture", pending_id=captured.pk), now=now)
    shop = open_account("kopi", chart_of_accounts.MERCHANT)
    queued = ledger.post(entry(ana, shop, 10), now=now)
    return {
        "ana": ana.pk,
        "bo": bo.pk,
        "dollars": dollars.pk,
        "journal": done.journal_id,
        "transfer": Transfer.objects.get(journal_id=done.journal_id).pk,
        "hold": Transfer.objects.get(journal_id=held.journal_id).pk,
        "captured": captured.pk,
        "queued": Transfer.objects.get(journal_id=queued.journal_id).pk,
        "next": 10_000,
    }


def contents() -> list[tuple[Any, ...]]:
    """Every row of the guarded tables."""
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for table in guards.GUARDED:
            cursor.execute(f"SELECT * FROM payments_{table} ORDER BY 1, 2")
            rows += [(table, *row) for row in cursor.fetchall()]
    return rows


def refused(statement: str) -> bool:
    """Return whether the database refuses the statement, at once or at the latest on commit."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "PRAGMA foreign_key_check"
            )
            if connection.vendor == "sqlite" and cursor.fetchall():
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
@pytest.mark.parametrize("what", ILLEGAL_ON_SQLITE)
def test_sqlite_refuses_wrong_types_and_replace(what, scene):
    before = contents()

    assert refused(ILLEGAL_ON_SQLITE[what].format(**scene))

    assert contents() == before


def test_refund_counter_neither_shrinks_nor_widens(wallet, entry, now):
    ana, bo = wallet("ana", 1_000), wallet("bo")
    paid = ledger.post(entry(ana, bo, 1_000, refund_cap=Money(1_000)), now=now)
    table = f"payments_refundable SET {{}} WHERE journal_id = {paid.journal_id}"

    assert refused("UPDATE " + table.format("cap = 5000"))
    assert refused("UPDATE " + table.format("refunded = 1001, refunds = 1"))
    assert refused("UPDATE " + table.format("refunded = 10"))
    assert refused(f"DELETE FROM payments_refundable WHERE journal_id = {paid.journal_id}")


@pytest.mark.served_only
def test_postgresql_refuses_truncation(real_db, scene):
    before = contents()

    let_through = [table for table in guards.GUARDED if not refused(f"TRUNCATE payments_{table} CASCADE")]

    assert let_through == []
    assert contents() == before


@pytest.mark.embedded_only
@pytest.mark.parametrize("table", guards.GUARDED)
def test_sqlite_refuses_deleting_everything(table, scene, wallet, entry, make_user, now):
    account = QrisAccount.objects.create(
        merchant="m",
        pan="1",
        nmid="1",
        name="W",
        city="Y",
        postal_code="1",
        category="5411",
        criteria="UKE",
        opened_at=now,
    )
    bill = QrisBill.objects.create(
        account=account,
        reference="r",
        amount=1,
        idempotency_key="k",
        made_at=now,
        expires_at=now + timedelta(minutes=1),
    )
    QrisPayment.objects.create(
        journal_id=scene["journal"], account=account, bill=bill, payer=make_user("fay"), amount=1, paid_at=now
    )
    ledger.post(entry(wallet("cy", 100), wallet("dee"), 100, refund_cap=Money(100)), now=now)
    fill_bank_tables(make_user("gus"), scene["journal"], now)
    sealing.seal_block(now=now + timedelta(minutes=1))
    before = contents()

    # SQLite empties a table without looking at its rows only where no trigger is.
    assert refused(f"DELETE FROM payments_{table}")

    assert contents() == before


@pytest.mark.served_only
def test_postgresql_guards_hold_even_for_a_replica(scene):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            assert refused("DELETE FROM payments_posting")
            assert refused(f"UPDATE payments_account SET credits = 1 WHERE id = {scene['ana']}")
        finally:
            cursor.execute("SET session_replication_role = origin")


def test_migrated_database_has_every_guard(db):
    assert guards.missing(connection) == []
    assert [error for error in run_checks(databases=["default"]) if error.id == "payments.E001"] == []
    assert guards.GuardMonitor()() is None
    assert isinstance(health.checks["guards"], guards.GuardMonitor)


def drop_statements() -> Iterator[tuple[str, str]]:
    if connection.vendor == "postgresql":
        yield (
            "ALTER TABLE payments_posting DISABLE TRIGGER payments_posting_append_only",
            "payments_posting_append_only",
        )
        yield "DROP TRIGGER payments_account_changes ON payments_account", "payments_account_changes"
        yield (
            "ALTER TABLE payments_transfer DROP CONSTRAINT payments_transfer_debit_asset",
            "payments_transfer_debit_asset",
        )
        yield "DROP TRIGGER payments_transfer_sound ON payments_transfer", "payments_transfer_sound"
        yield "ALTER TABLE payments_account DROP CONSTRAINT payments_account_floor", "payments_account_floor"
        yield (
            "CREATE OR REPLACE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
            "payments_refuse",
        )
    else:
        yield "DROP TRIGGER payments_posting_undeleted", "payments_posting_undeleted"
        yield "DROP TRIGGER payments_transfer_debit_asset", "payments_transfer_debit_asset"


def test_every_rule_is_in_the_postgresql_triggers():
    names = [
        str(rule.name)
        for model in (Account, Transfer, Posting, Request)
        for rule in model._meta.constraints
        if isinstance(rule, TriggeredCheck)
    ]
    triggers = (guards.SQL / "postgres_guards.sql").read_text()

    assert len(names) == 12
    assert [name for name in names if f"'{name}'" not in triggers and f": {name}'" not in triggers] == []


def test_broken_rule_is_named(scene):
    with pytest.raises(REFUSALS, match="payments_transfer_moves_something"), connection.cursor() as cursor:
        cursor.execute(ILLEGAL["transfer of nothing"].format(**scene))


def test_missing_guard_is_named_and_stops_the_start(db):
    statements = list(drop_statements())
    assert statements

    for statement, name in statements:
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
            with connection.cursor() as cursor:
                cursor.execute(statement)
            assert [absent for absent in guards.missing(connection) if name in absent]
            assert name in (guards.GuardMonitor()() or "")
            assert [error for error in run_checks(databases=["default"]) if error.id == "payments.E001"]
            with pytest.raises(guards.GuardsMissing, match=name):
                guards.require_all()
            raise ZeroDivisionError
    assert guards.missing(connection) == []


def test_reinstalling_guards_repairs_only_what_differs(real_db, scene):
    before = contents()
    with connection.cursor() as cursor:
        cursor.execute(next(drop_statements())[0])
    assert guards.missing(connection)

    guards.install(connection)
    guards.install(connection)

    assert guards.missing(connection) == []
    assert contents() == before


# Migrations.


def touches_guarded(operation: Any) -> bool:
    names = {str(getattr(operation, name, "")).lower() for name in ("name", "model_name", "old_name", "new_name")}
    return bool(names & set(guards.GUARDED)) or isinstance(
        operation, (migrations.RunSQL, migrations.SeparateDatabaseAndState)
    )


def unguarded(name: str, operations: list[Any]) -> list[str]:
    if any(touches_guarded(operation) for operation in operations) and not isinstance(
        operations[-1], guards.InstallGuards
    ):
        return [f"{name} touches a guarded table and does not end with install_guards()"]
    return []


def test_every_migration_that_touches_a_guarded_table_installs_the_guards_again():
    names = [module.name for module in pkgutil.iter_modules(payments.migrations.__path__)]
    assert "0001_ledger" in names

    faults = [
        fault
        for name in names
        for fault in unguarded(name, importlib.import_module(f"payments.migrations.{name}").Migration.operations)
    ]

    assert faults == []


def test_migration_of_a_guarded_table_without_guards_is_found():
    add = migrations.AddField("account", "colour", None)
    other = migrations.CreateModel("Colour", [])

    assert unguarded("0002", [add]) != []
    assert unguarded("0002", [add, guards.install_guards()]) == []
    assert unguarded("0002", [other]) == []


# The role of the application.


@pytest.mark.served_only
def test_application_role_can_post_and_not_bypass_guards(real_db, scene, wallet, entry, make_payer, now):
    from django.core.management import call_command

    role = "nusa_app_test"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role}")
    call_command("grant_app_role", role, verbosity=0)
    ana, bo = Account.objects.get(pk=scene["ana"]), Account.objects.get(pk=scene["bo"])
    cy = make_payer("cy", 10_000_00)
    forbidden = [
        POSTING + "({ana}, 99, 99, {hold}, 1, 0, 1, 0)",
        TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', NULL, NULL)",
        "INSERT INTO payments_journal SELECT * FROM payments_journal",
        "UPDATE payments_account SET credits = credits + 1 WHERE id = {ana}",
        "UPDATE payments_account SET floor = NULL WHERE id = {ana}",
        "DELETE FROM payments_inbox",
        "TRUNCATE payments_posting",
        "UPDATE payments_qrisaccount SET name = 'Eve'",
        "DELETE FROM payments_qrisbill",
        "UPDATE payments_feerule SET basis_points = 0",
        "ALTER TABLE payments_posting DISABLE TRIGGER ALL",
        "DROP TRIGGER payments_posting_append_only ON payments_posting",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "DROP FUNCTION payments_post(jsonb)",
    ]

    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            for statement in forbidden:
                with pytest.raises(ProgrammingError), transaction.atomic():  # It is the transaction that is left.
                    cursor.execute(statement.format(**scene))
            answer = ledger.post(entry(ana, bo, 7), now=now)
            many = ledger.post_many([entry(ana, bo, 1), entry(bo, ana, 1)], now=now)
            rolled = ledger.roll_up_due(now)
            refused = ledger.store_refusal(ledger.derive_key("test", "no", {}), "payments.escrow_empty", now=now)
            open_qris_account(now)
            by_code = pay(cy, bill_of(now, amount=5_00).payload, now, amount=5_00)
            ledger.freeze_account(bo.pk)
            ledger.get_or_open_account("wallet:new:IDR", kind=chart_of_accounts.WALLET, asset="IDR", now=now)
        finally:
            cursor.execute("RESET ROLE")

    assert [type(one) for one in (answer, *many, by_code)] == [ledger.Posted] * 4
    assert (rolled, refused) == (1, ledger.Refused("payments.escrow_empty"))
    assert Posting.objects.filter(transfer__journal_id=answer.journal_id).count() == 2
    assert Journal.objects.filter(pk=answer.journal_id).exists()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")
