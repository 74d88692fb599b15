"""A row in each table of reconciliation."""

from __future__ import annotations

from datetime import datetime

from payments.models import (
    BankMovement,
    BankPosting,
    ReconciliationBreak,
    StatementFile,
    StatementLine,
    SuspenseClearing,
)
from superapp.accounts.models import User


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
