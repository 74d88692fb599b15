"""A difference with the bank and a payment in suspense, at the desks that outsiders attack."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from payments.actions.bank_corrections import Against, correct_break, explain_break
from payments.actions.bank_statements import keep_history, store_statement
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.actions.reconciliation import reconcile_day
from payments.actions.suspense import Way, clear_suspended
from payments.adapters.bank import HistoryEntry
from payments.domain.statement_csv import COLUMNS
from payments.models import ReconciliationBreak
from payments.queries.reconciliation import day_of
from payments.queries.suspense import list_suspended
from superapp.core.money import Money


def write_about_the_bank(text: str, maker_id: int, checker_id: int, now: datetime) -> None:
    """Keep a movement with this remark; correct, clear and explain with it as the reason."""
    day = day_of(now - timedelta(days=1))
    lines = "".join(f"{day},09:00:00,B{number},,,0.00,{number}.00,{number}.00\n" for number in (1, 2))
    file = io.BytesIO(f"{','.join(COLUMNS)}\n{lines}".encode())
    store_statement(file, day=day, uploaded_by_id=None, now=now)
    told = HistoryEntry(
        reference="B1",
        partner_reference="",
        virtual_account="",
        amount=Money(100),
        at=now - timedelta(days=1),
        remark=text,
    )
    keep_history([told], now=now)
    reconcile_day(day, now=now)
    first, second = ReconciliationBreak.objects.filter(reference__in=["B1", "B2"]).order_by("reference")
    correct_break(
        break_id=first.pk, against=Against.SUSPENSE, reason=text, maker_id=maker_id, checker_id=checker_id, now=now
    )
    explain_break(break_id=second.pk, note=text, maker_id=maker_id, checker_id=checker_id, now=now)
    [ticket] = list_suspended()
    clear_suspended(
        suspended=ticket.public_id, way=Way.ADJUSTMENT, reason=text, maker_id=maker_id, checker_id=checker_id, now=now
    )


def make(now: datetime) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Make a suspended payment and a line of a statement that nobody knows; return their ids and what is secret."""
    # Of yesterday: in the first minutes of a day nothing of it is compared yet.
    then = now - timedelta(days=1)
    credit = BankCredit(bank_reference="rahasia-mutasi", paid_to="rahasia-rekening", amount=Money(500), paid_at=then)
    suspended = place_incoming_payment(credit, now=now).journal.public_id
    day = day_of(then)
    lines = f"{','.join(COLUMNS)}\n{day},09:00:00,rahasia-baris,,,0.00,77.00,77.00\n"
    store_statement(io.BytesIO(lines.encode()), day=day, uploaded_by_id=None, now=now)
    reconcile_day(day, now=now)
    difference = ReconciliationBreak.objects.get(reference="rahasia-baris")
    theirs = {
        "suspended": {"open": str(suspended)},
        "difference": {"open": str(difference.pk)},
        "day": {"compared": day.isoformat()},
    }
    return theirs, {"rahasia-mutasi", "rahasia-rekening", "rahasia-baris"}
