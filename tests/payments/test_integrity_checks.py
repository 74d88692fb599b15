"""The proof of the ledger finds, and names, every kind of lie that is told to it while the guards are off."""

# ruff: noqa: E501, ISC004  # A statement is read best on one line.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments.domain import chart_of_accounts
from payments.maintenance import guards, integrity_checks
from payments.models import Transfer
from payments.writers import ledger
from superapp.core.money import Money


@pytest.fixture
def scene(real_db, wallet, open_account, entry, now):
    """A ledger with some of everything in it; ids by name."""
    ana, bo, shop = wallet("ana", 10_000), wallet("bo", 5_000), open_account("kopi", chart_of_accounts.MERCHANT)
    paid = ledger.post(entry(ana, bo, 1_000, refund_cap=Money(1_000), key="paid"), now=now)
    ledger.post(entry(bo, ana, 400, refund=ledger.entries.JournalRefund(paid.journal_id, Money(400))), now=now)
    hold = ledger.post(entry(ana, bo, 300, phase="hold"), now=now)
    taken = ledger.post(entry(ana, bo, 200, phase="hold"), now=now)
    taken_id = Transfer.objects.get(journal_id=taken.journal_id).pk
    ledger.post(entry(ana, bo, 150, phase="capture", pending_id=taken_id), now=now)
    ledger.post(entry(ana, shop, 50), now=now)
    ledger.roll_up(shop.pk)
    ledger.post(entry(ana, shop, 60), now=now)
    ledger.post(entry(ana, bo, 999_999, key="refused"), now=now)
    return {
        "ana": ana.pk,
        "bo": bo.pk,
        "shop": shop.pk,
        "paid": paid.journal_id,
        "transfer": Transfer.objects.get(journal_id=paid.journal_id).pk,
        "hold": Transfer.objects.get(journal_id=hold.journal_id).pk,
        "taken": taken_id,
    }


@contextmanager
def guards_off() -> Iterator[None]:
    """As an intruder with the power of the owner would have it."""
    guards.remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Also the foreign keys and the constraints that a statement sees.
            cursor.execute("SET session_replication_role = replica")
            for table, name in (("account", "floor"), ("refundable", "capped")):
                cursor.execute(f"ALTER TABLE payments_{table} DROP CONSTRAINT payments_{table}_{name}")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = origin")
        else:
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_consistent_ledger_has_no_violation(scene, now):
    assert integrity_checks.check_integrity(now=now) == []
    assert integrity_checks.check_integrity(now=now, since=now) == []
    call_command("check_ledger", verbosity=0)


LIES = {
    "more owed than came in": (
        "UPDATE payments_issuedmoney SET owed = owed + 1 WHERE asset = 'IDR'",
        {"what is owed is what came in minus what left"},
        "asset IDR",
    ),
    "money left in clearing": (
        "UPDATE payments_account SET kind = 'clearing' WHERE id = {bo}",
        {"nothing stays in clearing"},
        "account wallet:bo:IDR",
    ),
    "a payment by code that is none": (
        "UPDATE payments_journal SET kind = 'qris_paid' WHERE id = {paid}",
        {"a payment by code is stored as it was posted"},
        "journal {paid}",
    ),
    "money from nowhere": (
        "UPDATE payments_account SET credits = credits + 1 WHERE id = {ana}",
        {"the books of an asset balance", "an account's totals are the sums of its postings",
         "an account stands where its newest posting left it"},
        "account wallet:ana:IDR",
    ),
    "a gentler posting": (
        "UPDATE payments_posting SET delta = -1, balance_after = balance_after + 999"
        " WHERE transfer_id = {transfer} AND account_id = {ana}",
        {"an account's totals are the sums of its postings", "each posting continues from the one before",
         "every transfer leaves its money on both sides"},
        "transfer {transfer} of journal {paid}",
    ),
    "a larger transfer": (
        "UPDATE payments_transfer SET amount = 1001 WHERE id = {transfer}",
        {"every transfer leaves its money on both sides"},
        "transfer {transfer} of journal {paid}",
    ),
    "a posting less": (
        "DELETE FROM payments_posting WHERE account_id = {ana} AND seq = 2",
        {"an account's totals are the sums of its postings", "each posting continues from the one before",
         "every transfer leaves its money on both sides"},
        "posting 3 of account wallet:ana:IDR",
    ),
    "a later number": (
        "UPDATE payments_posting SET seq = 77, rev = 77 WHERE account_id = {shop} AND seq = 1",
        {"an account's totals are the sums of its postings", "each posting continues from the one before",
         "an account stands where its newest posting left it"},
        "posting 77 of account merchant:kopi:IDR",
    ),
    "an inbox emptied": (
        "DELETE FROM payments_inbox",
        {"the books of an asset balance", "every transfer leaves its money on both sides"},
        "asset IDR",
    ),
    "a hold forgotten": (
        "DELETE FROM payments_openhold WHERE transfer_id = {hold}",
        {"a hold is open until it is resolved", "what an account holds is the sum of its open holds"},
        "account wallet:ana:IDR",
    ),
    "a hold that went on": (
        "UPDATE payments_account SET held = held - 300 WHERE id = {ana}",
        {"an account's totals are the sums of its postings", "an account stands where its newest posting left it",
         "what an account holds is the sum of its open holds"},
        "account wallet:ana:IDR",
    ),
    "a capture of more": (
        "UPDATE payments_transfer SET amount = 201 WHERE pending_id = {taken}",
        {"every transfer leaves its money on both sides", "a capture or void resolves a hold of the same accounts, for no more"},
        "for hold {taken}",
    ),
    "another asset": (
        "UPDATE payments_transfer SET asset = 'USD' WHERE id = {transfer}",
        {"a transfer stays within one asset"},
        "transfer {transfer} of journal {paid}",
    ),
    "a journal without lines": (
        "DELETE FROM payments_transfer WHERE id = {transfer}",
        {"a journal has all its lines, and an answer"},
        "journal {paid}",
    ),
    "an answer forgotten": (
        "DELETE FROM payments_request WHERE key = 'paid'",
        {"a journal has all its lines, and an answer"},
        "journal {paid}",
    ),
    "a refusal that became a payment": (
        "DELETE FROM payments_journal WHERE id = {paid}",
        {"an answer is a journal or a refusal"},
        "request test paid",
    ),
    "a counter that forgot": (
        "UPDATE payments_refundable SET refunded = 0, refunds = 0",
        {"a refund counter counts the refunds"},
        "journal {paid}",
    ),
    "a floor that gave way": (
        "UPDATE payments_account SET floor = 20000 WHERE id = {ana}",
        {"an account is within its bounds"},
        "account wallet:ana:IDR",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_ledger_violation_is_found_with_its_row(lie, scene, now, capsys):
    statement, rules, row = LIES[lie]
    with guards_off(), connection.cursor() as cursor:
        cursor.execute(statement.format(**scene))
        assert cursor.rowcount > 0

    findings = integrity_checks.check_integrity(now=now)

    assert {finding.rule for finding in findings} >= rules
    assert [finding for finding in findings if row.format(**scene) in str(finding)]
    assert integrity_checks.check_integrity(now=now, since=now - timedelta(minutes=1))
    with pytest.raises(CommandError):
        call_command("check_ledger", verbosity=0)


def test_every_check_is_shown_to_find_its_violation():
    assert set().union(*(rules for _statement, rules, _row in LIES.values())) == set(integrity_checks.RULES)


def test_check_skips_journals_older_than_since(scene, now):
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_transfer SET amount = 1001 WHERE id = %s", [scene["transfer"]])

    assert integrity_checks.check_integrity(now=now, since=now + timedelta(seconds=1)) == []
    assert integrity_checks.check_integrity(now=now) != []


def test_inbox_that_is_not_rolled_up_is_a_violation(scene, now):
    assert integrity_checks.check_integrity(now=now + integrity_checks.INBOX_AGE_MAX) == []

    late = integrity_checks.check_integrity(now=now + integrity_checks.INBOX_AGE_MAX + timedelta(seconds=1))

    assert [finding.rule for finding in late] == ["queued credits are rolled up in time"]
    assert "merchant:kopi:IDR" in late[0].row
