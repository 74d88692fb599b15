"""
Cash of the demo's counter, which its clerks bring to the simulated bank.

The demo's wallets are topped up in cash. Until that lies at the bank, nothing can be withdrawn.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from payments import api as payments
from superapp.core import clock, ids, jobs
from superapp.core.money import Money
from superapp.core.scheduler import every
from superapp.wiring.play_money import find_clerks

BRING_JOB = "wiring.bring_cash"
REASON = "Setoran kas loket"


@every(seconds=5)
def begin_bringing_cash(now: datetime) -> int:
    """Start a job that brings the cash to the bank, if there is any in a demo with a simulated bank."""
    if not settings.SIMULATED_BANK or not find_clerks():
        return 0
    cash = payments.get_cash_at_counter()
    if cash.amount_minor <= 0 or jobs.is_waiting(BRING_JOB):
        return 0
    # The slip and the amount are the job's, so that a second attempt brings the same.
    arguments = {"slip": ids.new_id().hex, "amount_minor": cash.amount_minor}
    with transaction.atomic():
        jobs.start(BRING_JOB, owner_id=None, arguments=arguments, now=now)
    return 1


@jobs.register_handler(BRING_JOB)
def bring_cash(run: jobs.JobRun, *, slip: str, amount_minor: int) -> None:
    """Pay the cash in at the bank and post it, by both clerks."""
    del run
    clerks = find_clerks()
    if not clerks:
        return
    maker, checker = clerks
    payments.bring_cash_to_simulated_bank(
        amount=Money(amount_minor), slip=slip, reason=REASON, maker_id=maker, checker_id=checker, now=clock.now()
    )
