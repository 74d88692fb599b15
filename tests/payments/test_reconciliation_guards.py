"""Refusals of the database about the tables of reconciliation, on both engines."""

# ruff: noqa: E501  # Each statement on a line.

from __future__ import annotations

import pytest

from payments.models import Journal
from payments.writers import ledger
from tests.payments.reconciled import fill_reconciliation_tables
from tests.payments.test_guards import contents, refused

BREAK = (
    "INSERT INTO payments_reconciliationbreak (kind, reference, day, found_at, seen_at, state, note, closed_at, maker_id, checker_id, journal_id)"
    " SELECT kind, '{reference}', day, found_at, seen_at, '{state}', '{note}', {closed}, {maker}, {checker}, {journal} FROM payments_reconciliationbreak"
)
BY_TWO = {"maker": "{user}", "checker": "{clerk}"}
NOBODY = {"maker": "NULL", "checker": "NULL", "journal": "NULL"}
CLEARING = "INSERT INTO payments_suspenseclearing (suspended_id, way, user_id, amount, reason, journal_id, maker_id, checker_id, cleared_at) SELECT {{other}}, '{way}', {user}, {amount}, 'r', {{other}}, {maker}, {checker}, cleared_at FROM payments_suspenseclearing"
POSTED = "INSERT INTO payments_bankposting (bank_reference, amount, at, journal_id, reason, maker_id, checker_id) SELECT 'R2', {amount}, at, {{other}}, 'r', {maker}, {checker} FROM payments_bankposting"
ILLEGAL = {
    "changed line": "UPDATE payments_statementline SET amount = 2",
    "deleted line": "DELETE FROM payments_statementline",
    "line of nothing": "INSERT INTO payments_statementline (file_id, number, at, reference, partner_reference, description, amount, balance_after) SELECT file_id, 2, at, 'R2', '', '', 0, 1 FROM payments_statementline",
    "number of a line used twice": "INSERT INTO payments_statementline (file_id, number, at, reference, partner_reference, description, amount, balance_after) SELECT file_id, 1, at, 'R2', '', '', 5, 1 FROM payments_statementline",
    "changed statement": "UPDATE payments_statementfile SET closing = 5",
    "deleted statement": "DELETE FROM payments_statementfile",
    "statement stored twice": "INSERT INTO payments_statementfile (sha256, day, received_at, lines_count, opening, closing) SELECT sha256, day, received_at, 1, 0, 1 FROM payments_statementfile",
    "balances without lines": "INSERT INTO payments_statementfile (sha256, day, received_at, lines_count, opening, closing) SELECT 'other', day, received_at, 0, 0, 1 FROM payments_statementfile",
    "changed movement": "UPDATE payments_bankmovement SET amount = 2",
    "deleted movement": "DELETE FROM payments_bankmovement",
    "movement told twice": "INSERT INTO payments_bankmovement (reference, partner_reference, virtual_account, amount, at, remark, read_at) SELECT reference, '', '', amount, at, '', read_at FROM payments_bankmovement",
    "changed posting at the bank": "UPDATE payments_bankposting SET bank_reference = 'R2'",
    "deleted posting at the bank": "DELETE FROM payments_bankposting",
    "posting at the bank by one person": POSTED.format(amount=5, maker="{user}", checker="{user}"),
    "posting at the bank of nothing": POSTED.format(amount=0, **BY_TWO),
    "journal posted at the bank twice": POSTED.format(amount=5, **BY_TWO).replace("{other}", "{journal}"),
    "changed clearing": "UPDATE payments_suspenseclearing SET amount = 2",
    "deleted clearing": "DELETE FROM payments_suspenseclearing",
    "suspended payment cleared twice": CLEARING.format(way="adjustment", user="NULL", amount=1, **BY_TWO).replace("{other}, '", "{journal}, '"),
    "clearing by one person": CLEARING.format(way="adjustment", user="NULL", amount=1, maker="{user}", checker="{user}"),
    "clearing of nothing": CLEARING.format(way="adjustment", user="NULL", amount=0, **BY_TWO),
    "clearing into a wallet of nobody": CLEARING.format(way="wallet", user="NULL", amount=1, **BY_TWO),
    "clearing into the own wallet": CLEARING.format(way="wallet", user="{user}", amount=1, **BY_TWO),
    "clearing in an unknown way": CLEARING.format(way="gift", user="NULL", amount=1, **BY_TWO),
    "deleted break": "DELETE FROM payments_reconciliationbreak",
    "break with other amounts": "UPDATE payments_reconciliationbreak SET statement_amount = 2",
    "break of another day": "UPDATE payments_reconciliationbreak SET day = '2020-01-01'",
    "second open break of a fact": BREAK.format(reference="R1", state="open", note="", closed="NULL", **NOBODY),
    "open break that is closed": BREAK.format(reference="R2", state="open", note="", closed="found_at", **NOBODY),
    "cleared without evidence": BREAK.format(reference="R2", state="cleared", note="", closed="found_at", **NOBODY),
    "cleared by people without a journal": BREAK.format(reference="R2", state="cleared", note="n", closed="found_at", **BY_TWO, journal="NULL"),
    "explained without a note": BREAK.format(reference="R2", state="explained", note="", closed="found_at", **BY_TWO, journal="NULL"),
    "explained by nobody": BREAK.format(reference="R2", state="explained", note="n", closed="found_at", **NOBODY),
    "explained by one person": BREAK.format(reference="R2", state="explained", note="n", closed="found_at", maker="{user}", checker="{user}", journal="NULL"),
    "break of an unknown state": BREAK.format(reference="R2", state="lost", note="n", closed="found_at", **NOBODY),
}  # fmt: skip


@pytest.fixture
def rows(wallet, entry, make_user, now):
    ana, bo = wallet("ana", 10_000), wallet("bo")
    journal, other = (ledger.post(entry(ana, bo, 100), now=now).journal_id for _time in range(2))
    user = make_user("gus")
    fill_reconciliation_tables(user, journal, now)
    return {"journal": journal, "other": other, "user": user.pk, "clerk": type(user).objects.get(handle="clerk").pk}


@pytest.mark.parametrize("what", ILLEGAL)
def test_database_refuses_of_reconciliation(what, rows):
    before = contents()

    assert refused(ILLEGAL[what].format(**rows))

    assert contents() == before


def test_break_is_closed_once(rows):
    closed = "UPDATE payments_reconciliationbreak SET state = 'cleared', note = 'n', closed_at = found_at"
    assert not refused(closed)

    assert refused("UPDATE payments_reconciliationbreak SET state = 'open', closed_at = NULL")
    assert refused("UPDATE payments_reconciliationbreak SET note = 'other'")


def test_legal_neighbours_of_what_is_refused_are_taken(rows):
    """The illegal statements are changed from legal ones, so that they are refused for their own fault."""
    assert not refused(BREAK.format(reference="R2", state="open", note="", closed="NULL", **NOBODY).format(**rows))
    assert not refused(CLEARING.format(way="adjustment", user="NULL", amount=1, **BY_TWO).format(**rows))
    assert not refused(POSTED.format(amount=5, **BY_TWO).format(**rows))
    assert Journal.objects.filter(bank_posting__isnull=False).count() == 2
