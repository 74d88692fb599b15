"""What raw SQL is refused, on whichever database runs; and that nothing of it can go missing unseen."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DataError, IntegrityError, InternalError, ProgrammingError, connection, migrations, transaction

import payments.migrations
from payments import chart, guards, ledger
from payments.models import Account, Journal, Posting, Request, Transfer
from payments.rules import Rule
from superapp.core import health

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
    shop = open_account("kopi", chart.MERCHANT)
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


TRANSFER = "INSERT INTO payments_transfer (id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at) VALUES "
POSTING = "INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) VALUES "
REQUEST = "INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at) VALUES "
ACCOUNT = (
    "INSERT INTO payments_account (public_id, code, asset, kind, lock_rank, queued_credit, floor, ceiling, credits, debits,"
    " held, version, last_seq, status, opened_at) SELECT '01890000000070008000000000000001', 'new', asset, kind, lock_rank,"
    " {queued}, floor, {ceiling}, 0, 0, 0, 0, 0, {status}, opened_at FROM payments_account WHERE id = {{ana}}"
)
STEP = "version = version + 1, last_seq = last_seq + 1"

ILLEGAL = {
    # The fourteen that no ledger may allow.
    "overdraft": f"UPDATE payments_account SET debits = debits + 20000, {STEP} WHERE id = {{ana}}",
    "hold beyond what is available": f"UPDATE payments_account SET held = held + 9601, {STEP} WHERE id = {{ana}}",
    "duplicate key": (
        "INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at)"
        " SELECT scope, key, 'other', 'refused', 'x', NULL, answered_at FROM payments_request WHERE key = 'done'"
    ),
    "transfer across assets": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {dollars}, 5, 'posted', NULL, NULL)",
    "transfer to oneself": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {ana}, 5, 'posted', NULL, NULL)",
    "transfer of nothing": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 0, 'posted', NULL, NULL)",
    "changed transfer": "UPDATE payments_transfer SET amount = 1 WHERE id = {transfer}",
    "deleted posting": "DELETE FROM payments_posting WHERE account_id = {ana} AND seq = 1",
    "shrinking total": f"UPDATE payments_account SET credits = credits - 1, {STEP} WHERE id = {{ana}}",
    "balance without a posting": "UPDATE payments_account SET credits = credits + 1 WHERE id = {ana}",
    "number of a posting used twice": POSTING + "({ana}, 1, 1, {hold}, 1, 0, 1, 0)",
    "deleted account": "DELETE FROM payments_account WHERE id = {dollars}",
    "second capture": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'capture', {captured}, NULL)",
    "void after capture": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 0, 'void', {captured}, NULL)",
    # And what else somebody might think of.
    "negative transfer": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, -5, 'posted', NULL, NULL)",
    "void of something": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'void', {hold}, NULL)",
    "capture of no hold": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'capture', NULL, NULL)",
    "transfer that says nothing we know": TRANSFER
    + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'gift', NULL, NULL)",
    "number of a line used twice": TRANSFER + "({next}, {journal}, 1, 'IDR', {ana}, {bo}, 5, 'posted', NULL, NULL)",
    "both sides on one account": POSTING + "({ana}, 99, 99, {transfer}, 1, 0, 1, 0)",
    "posting of a third account": POSTING + "({dollars}, 1, 1, {transfer}, 1, 0, 1, 0)",
    "posting of no transfer": POSTING + "({ana}, 99, 99, 999999, 1, 0, 1, 0)",
    "posting without a number": POSTING + "({bo}, 0, 99, {hold}, 1, 0, 1, 0)",
    "posting that holds less than nothing": POSTING + "({bo}, 99, 99, {hold}, 1, 0, 1, -1)",
    "posting of nothing": POSTING + "({bo}, 99, 99, {hold}, 0, 0, 1, 0)",
    "changed posting": "UPDATE payments_posting SET balance_after = 0 WHERE account_id = {ana}",
    "changed journal": "UPDATE payments_journal SET kind = 'gift' WHERE id = {journal}",
    "deleted journal": "DELETE FROM payments_journal WHERE id = {journal}",
    "deleted transfer": "DELETE FROM payments_transfer WHERE id = {transfer}",
    "forgotten answer": "DELETE FROM payments_request WHERE key = 'done'",
    "answer taken back": "UPDATE payments_request SET outcome = 'refused', code = 'x', journal_id = NULL WHERE key = 'done'",
    "answer of other contents": "UPDATE payments_request SET content_hash = 'other' WHERE key = 'done'",
    "account that begins with money": (
        "INSERT INTO payments_account (public_id, code, asset, kind, lock_rank, queued_credit, floor, ceiling, credits, debits,"
        " held, version, last_seq, status, opened_at) SELECT '01890000000070008000000000000000', 'gift', asset, kind, lock_rank,"
        " queued_credit, floor, ceiling, 5, 0, 0, 1, 1, status, opened_at FROM payments_account WHERE id = {ana}"
    ),
    "account of another asset now": "UPDATE payments_account SET asset = 'USD' WHERE id = {ana}",
    "account under another code": "UPDATE payments_account SET code = 'wallet:eve:IDR' WHERE id = {ana}",
    "account with a deeper floor": "UPDATE payments_account SET floor = -1000000 WHERE id = {ana}",
    "account that forgets its version": "UPDATE payments_account SET version = 0, last_seq = 0 WHERE id = {ana}",
    "frozen without a number": "UPDATE payments_account SET status = 'frozen' WHERE id = {ana}",
    "closed with money in it": "UPDATE payments_account SET status = 'closed', version = version + 1 WHERE id = {ana}",
    "status that nobody knows": "UPDATE payments_account SET status = 'lost', version = version + 1 WHERE id = {dollars}",
    "ceiling below what is there": "UPDATE payments_account SET ceiling = 1, version = version + 1 WHERE id = {ana}",
    "total beyond counting": f"UPDATE payments_account SET credits = 9100000000000000000, {STEP} WHERE id = {{ana}}",
    "held below nothing": f"UPDATE payments_account SET held = held - 301, {STEP} WHERE id = {{ana}}",
    "expiry of what is no hold": TRANSFER
    + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', NULL, CURRENT_TIMESTAMP)",
    "resolving that is none": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', {hold}, NULL)",
    "account of an unknown status": ACCOUNT.format(status="'lost'", queued="queued_credit", ceiling="ceiling"),
    "hot receiver with a ceiling": ACCOUNT.format(status="status", queued="TRUE", ceiling="5"),
    "answer without a journal": REQUEST + "('s', 'k', 'h', 'posted', '', NULL, CURRENT_TIMESTAMP)",
    "refusal without a reason": REQUEST + "('s', 'k', 'h', 'refused', '', NULL, CURRENT_TIMESTAMP)",
    "answer that nobody gave": REQUEST + "('s', 'k', 'h', 'perhaps', 'x', NULL, CURRENT_TIMESTAMP)",
    "queued credit lost": "DELETE FROM payments_inbox WHERE transfer_id = {queued}",
    "queued credit changed": "UPDATE payments_inbox SET amount = 1000 WHERE transfer_id = {queued}",
    "hold forgotten": "DELETE FROM payments_openhold WHERE transfer_id = {hold}",
    "hold changed": "UPDATE payments_openhold SET amount = 1 WHERE transfer_id = {hold}",
}
ILLEGAL_ON_SQLITE = {
    "fraction of a sen": TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 1.5, 'posted', NULL, NULL)",
    "total with a fraction": f"UPDATE payments_account SET credits = credits + 0.5, {STEP} WHERE id = {{ana}}",
    "posting replaced": "INSERT OR REPLACE" + POSTING.removeprefix("INSERT") + "({ana}, 1, 1, {transfer}, 9, 0, 9, 0)",
    "transfer replaced": "INSERT OR REPLACE"
    + TRANSFER.removeprefix("INSERT")
    + "({transfer}, {journal}, 1, 'IDR', {ana}, {bo}, 1, 'posted', NULL, NULL)",
    "journal replaced": "INSERT OR REPLACE INTO payments_journal SELECT * FROM payments_journal WHERE id = {journal}",
    "answer replaced": "INSERT OR REPLACE INTO payments_request SELECT * FROM payments_request WHERE key = 'done'",
    "account replaced": "INSERT OR REPLACE INTO payments_account SELECT * FROM payments_account WHERE id = {dollars}",
    "hold replaced": "INSERT OR REPLACE INTO payments_openhold SELECT * FROM payments_openhold WHERE transfer_id = {hold}",
    "queued credit replaced": "INSERT OR REPLACE INTO payments_inbox SELECT * FROM payments_inbox WHERE transfer_id = {queued}",
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
    """Whether the database refuses the statement, at once or at the latest when it would be committed."""
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
def test_sqlite_refuses_what_its_loose_types_and_replace_would_allow(what, scene):
    before = contents()

    assert refused(ILLEGAL_ON_SQLITE[what].format(**scene))

    assert contents() == before


def test_refund_counter_neither_shrinks_nor_widens(wallet, entry, now):
    from superapp.core.money import Money

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
def test_sqlite_refuses_deleting_everything(table, scene, wallet, entry, now):
    from superapp.core.money import Money

    ledger.post(entry(wallet("cy", 100), wallet("dee"), 100, refund_cap=Money(100)), now=now)
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


def test_everything_that_must_be_there_is_there(db):
    assert guards.missing(connection) == []
    assert [error for error in run_checks(databases=["default"]) if error.id == "payments.E001"] == []
    assert guards.Watch()() is None
    assert isinstance(health.checks["guards"], guards.Watch)


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


def test_each_rule_is_in_the_triggers_of_postgresql():
    names = [
        str(rule.name)
        for model in (Account, Transfer, Posting, Request)
        for rule in model._meta.constraints
        if isinstance(rule, Rule)
    ]
    triggers = (guards.SQL / "postgres_guards.sql").read_text()

    assert len(names) == 12
    assert [name for name in names if f"'{name}'" not in triggers and f": {name}'" not in triggers] == []


def test_rule_that_is_broken_is_named(scene):
    with pytest.raises(REFUSALS, match="payments_transfer_moves_something"), connection.cursor() as cursor:
        cursor.execute(ILLEGAL["transfer of nothing"].format(**scene))


def test_whatever_is_missing_is_named_and_nothing_serves(db):
    statements = list(drop_statements())
    assert statements

    for statement, name in statements:
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # It is the transaction that is left.
            with connection.cursor() as cursor:
                cursor.execute(statement)
            assert [absent for absent in guards.missing(connection) if name in absent]
            assert name in (guards.Watch()() or "")
            assert [error for error in run_checks(databases=["default"]) if error.id == "payments.E001"]
            with pytest.raises(guards.GuardsMissing, match=name):
                guards.require()
            raise ZeroDivisionError
    assert guards.missing(connection) == []


def test_installing_again_heals_and_changes_nothing_else(real_db, scene):
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


def test_that_rule_bites():
    add = migrations.AddField("account", "colour", None)
    other = migrations.CreateModel("Colour", [])

    assert unguarded("0002", [add]) != []
    assert unguarded("0002", [add, guards.install_guards()]) == []
    assert unguarded("0002", [other]) == []


# The role of the application.


@pytest.mark.served_only
def test_role_of_the_application_posts_and_cannot_bypass(real_db, scene, wallet, entry, now):
    from django.core.management import call_command

    role = "nusa_app_test"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role}")
    call_command("grant_app_role", role, verbosity=0)
    ana, bo = Account.objects.get(pk=scene["ana"]), Account.objects.get(pk=scene["bo"])
    forbidden = [
        POSTING + "({ana}, 99, 99, {hold}, 1, 0, 1, 0)",
        TRANSFER + "({next}, {journal}, 2, 'IDR', {ana}, {bo}, 5, 'posted', NULL, NULL)",
        "INSERT INTO payments_journal SELECT * FROM payments_journal",
        "UPDATE payments_account SET credits = credits + 1 WHERE id = {ana}",
        "UPDATE payments_account SET floor = NULL WHERE id = {ana}",
        "DELETE FROM payments_inbox",
        "TRUNCATE payments_posting",
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
            rolled = ledger.roll_due(now)
            refused = ledger.refuse(ledger.key_for("test", "no", {}), "payments.escrow_empty", now=now)
            ledger.freeze(bo.pk)
            ledger.open_account("wallet:new:IDR", kind=chart.WALLET, asset="IDR", now=now)
        finally:
            cursor.execute("RESET ROLE")

    assert [type(one) for one in (answer, *many)] == [ledger.Posted] * 3
    assert (rolled, refused) == (1, ledger.Refused("payments.escrow_empty"))
    assert Posting.objects.filter(transfer__journal_id=answer.journal_id).count() == 2
    assert Journal.objects.filter(pk=answer.journal_id).exists()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")
