"""Reading the bank's history, to post payments whose notification was lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from payments.actions.bank_statements import keep_history
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.adapters import banks
from payments.adapters.bank import BankRefused, BankSilent, HistoryEntry
from payments.errors import KeyReused
from payments.models import BankCursor, BankPosting, Withdrawal
from superapp.core import clock, jobs
from superapp.core.scheduler import every

# Movements may appear in the history later than their own time, and in another order.
OVERLAP = timedelta(hours=1)
FIRST_READ = timedelta(days=2)
READ_JOB = "payments.read_bank_history"

log = structlog.get_logger(__name__)


@every(seconds=60)
def begin_reading_history(now: datetime) -> int:
    """Start a job that reads the bank's history, unless one is running or no bank is connected."""
    if not banks.is_connected() or jobs.is_waiting(READ_JOB):
        return 0
    with transaction.atomic():
        jobs.start(READ_JOB, owner_id=None, arguments={}, now=now)
    return 1


@jobs.register_handler(READ_JOB)
def read_bank_history(run: jobs.JobRun) -> None:
    """Place all money of the bank's history that was not placed yet, and move the cursor on."""
    del run
    now = clock.now()
    try:
        read_history(now=now)
    except (BankSilent, BankRefused) as error:
        log.warning("bank_history_not_read", error=str(error))


def read_history(*, now: datetime) -> int:
    """
    Place the money that came in since the last time, with an hour of overlap, and return how many movements were read.

    :raises BankSilent: if the bank did not answer; the cursor stays where it was
    """
    cursor = BankCursor.objects.filter(pk=1).first()
    since = (cursor.read_until - OVERLAP) if cursor else now - FIRST_READ
    told = banks.get_bank().list_history(since, now)
    keep_history(told, now=now)
    entries = [entry for entry in told if entry.amount.amount_minor > 0]
    for entry in entries:
        if _is_ours(entry):
            continue
        credit = BankCredit(
            bank_reference=entry.reference,
            paid_to=entry.virtual_account or entry.partner_reference,
            amount=entry.amount,
            paid_at=entry.at,
        )
        try:
            place_incoming_payment(credit, now=now)
        except KeyReused:
            # Notification and history differ in amount or number: the first is posted, and the reconciliation
            # shows the difference.
            log.error("bank_tells_two_stories", bank_reference=entry.reference)
    BankCursor.objects.update_or_create(pk=1, defaults={"read_until": now})
    return len(entries)


def _is_ours(entry: HistoryEntry) -> bool:
    """
    Return whether this is no payment to somebody: operators posted it, or a withdrawal came back.

    What becomes of a withdrawal is for the bank's answer about it to say, and releases the hold.
    """
    return (
        BankPosting.objects.filter(bank_reference=entry.reference).exists()
        or Withdrawal.objects.filter(partner_reference=entry.partner_reference or None).exists()
    )
