"""Statements, and a row in each table of reconciliation."""

from __future__ import annotations

import io
from datetime import date, datetime

from payments.adapters.bank import HistoryEntry
from payments.domain.statement_csv import COLUMNS
from payments.models import (
    Account,
    BankMovement,
    BankPosting,
    Journal,
    ReconciliationBreak,
    StatementFile,
    StatementLine,
    SuspenseClearing,
)
from payments.writers import ledger
from superapp.accounts.models import User
from superapp.core.money import Money


def fill_reconciliation_tables(user: User, journal_id: int, now: datetime) -> None:
    """Write a row into each guarded table: an open break ``R1``, and what else names this journal."""
    clerk = User.objects.create(handle="clerk", name="Clerk", joined_at=now, is_staff=True)
    by_two = {"maker": user, "checker": clerk}
    file = StatementFile.objects.create(
        sha256="s", day=now.date(), received_at=now, lines_count=1, opening=0, closing=1
    )
    StatementLine.objects.create(file=file, number=1, at=now, reference="R1", amount=1, balance_after=1)
    BankMovement.objects.create(reference="R1", amount=1, at=now, read_at=now)
    BankPosting.objects.create(bank_reference="R1", amount=1, at=now, journal_id=journal_id, reason="r", **by_two)
    ReconciliationBreak.objects.create(
        kind="unknown_line", reference="R1", day=now.date(), statement_amount=1, found_at=now, seen_at=now
    )
    SuspenseClearing.objects.create(
        suspended_id=journal_id,
        way="adjustment",
        amount=1,
        reason="r",
        journal_id=journal_id,
        cleared_at=now,
        **by_two,
    )


def statement(day: date, *lines: tuple[str, int], opening: int = 0) -> io.BytesIO:
    """A statement of lines of a reference and an amount in rupiah."""
    text, balance = ",".join(COLUMNS) + "\n", opening
    for reference, rupiah in lines:
        balance += rupiah
        debit, credit = max(0, -rupiah), max(0, rupiah)
        text += f"{day},12:00:00,{reference},,Baris,{debit}.00,{credit}.00,{balance}.00\n"
    return io.BytesIO(text.encode())


def balance_of(code: str) -> int:
    account = Account.objects.get(code=code)
    ledger.roll_up(account.pk)
    account.refresh_from_db()
    return account.balance


def rows() -> tuple[int, int, int]:
    return Journal.objects.count(), SuspenseClearing.objects.count(), BankPosting.objects.count()


def told(reference: str, amount: int, at: datetime) -> HistoryEntry:
    return HistoryEntry(
        reference=reference, partner_reference="", virtual_account="", amount=Money(amount), at=at, remark=""
    )
