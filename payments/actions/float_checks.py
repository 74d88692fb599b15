"""The daily comparison of what we owe people with what lies at the bank."""

from __future__ import annotations

from datetime import datetime

import structlog

from payments.adapters import banks
from payments.adapters.bank import BankRefused, BankSilent
from payments.errors import NoBank
from payments.models import FloatCheck
from payments.queries.float_money import get_float_sums
from payments.queries.reconciliation import day_of

log = structlog.get_logger(__name__)


def check_float(*, now: datetime) -> FloatCheck:
    """
    Compare what we owe people with the bank's balance, store the comparison as this day's, and return it.

    What the bank does not say stays unknown; nothing is concluded from it. Less than we owe is an alarm.
    """
    sums = get_float_sums()
    try:
        balance = banks.get_bank().get_balance().amount_minor
    except (BankSilent, BankRefused, NoBank) as error:
        log.warning("float_not_known", error=str(error))
        balance = None
    row, _is_new = FloatCheck.objects.update_or_create(
        day=day_of(now),
        defaults={
            "as_of": now,
            "owed": sums.owed,
            "in_transit": sums.in_transit,
            "cash": sums.cash,
            "ledger_balance": sums.ledger_balance,
            "bank_balance": balance,
        },
    )
    if row.shortfall is not None and row.shortfall > 0:
        log.critical("float_short", day=row.day.isoformat(), shortfall_minor=row.shortfall)
    return row
