"""The nightly comparison with the bank, and the alarms about what stays open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client.core import GaugeMetricFamily, Metric

from payments.actions.bank_statements import fetch_statement, read_whole_history
from payments.actions.float_checks import check_float
from payments.actions.reconciliation import reconcile_day
from payments.adapters import banks
from payments.adapters.bank import BankRefused, BankSilent
from payments.errors import NoBank, StatementInvalid
from payments.models import ReconciledDay
from payments.queries import reconciliation as rows
from payments.queries.float_money import find_last_float_check
from payments.queries.suspense import count_suspended, list_suspended
from superapp.core import clock, jobs, metrics
from superapp.core.scheduler import every

# By then the bank has closed its day and laid its statement ready.
START_HOUR = 2
# A day whose history the bank did not tell is asked for again so much later.
ASKED_AGAIN_AFTER = timedelta(hours=1)
# So far back, days with open breaks are compared again, since lines come late.
REPEATED_DAYS = 31
RECONCILE_JOB = "payments.reconcile"

log = structlog.get_logger(__name__)


@every(seconds=300)
def begin_reconciling(now: datetime) -> int:
    """Begin comparing yesterday, once a night, and again while the bank did not tell its history."""
    if not banks.is_connected() or not _is_due(now) or jobs.is_waiting(RECONCILE_JOB):
        return 0
    with transaction.atomic():
        jobs.start(RECONCILE_JOB, owner_id=None, arguments={}, now=now)
    return 1


@every(seconds=3_600)
def alarm_old_breaks(now: datetime) -> int:
    """Log an alarm if breaks are open, or payments in suspense, for longer than the operator wants; return how many."""
    limit = now - timedelta(hours=settings.RECONCILIATION_BREAK_ALARM_HOURS)
    old = rows.list_breaks_before(limit)
    if old:
        log.critical(
            "reconciliation_breaks_old",
            count=len(old),
            oldest_hours=_hours(old[0].found_at, now),
            oldest=old[0].reference,
        )
    waiting = [one for one in list_suspended() if one.since < limit]
    if waiting:
        log.critical(
            "suspense_old",
            count=len(waiting),
            oldest_hours=_hours(waiting[0].since, now),
            oldest=str(waiting[0].public_id),
        )
    return len(old) + len(waiting)


def _hours(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds() // 3_600)


@jobs.register_handler(RECONCILE_JOB)
def run_reconciliation(run: jobs.JobRun, *, day: str = "") -> None:
    """Compare one day, or yesterday and all days of late that have open breaks."""
    del run
    now = clock.now()
    if day:
        reconcile_day(date.fromisoformat(day), now=now)
        return
    yesterday = rows.day_of(now) - timedelta(days=1)
    collect_and_reconcile(yesterday, now=now)
    check_float(now=now)
    for late in rows.list_days_with_breaks(yesterday - timedelta(days=REPEATED_DAYS)):
        if late < yesterday:
            reconcile_day(late, now=now)


def collect_and_reconcile(day: date, *, now: datetime) -> tuple[ReconciledDay, list[str]]:
    """
    Ask the bank for its history of a day and for its statement, and compare the day with what was told.

    Returns what could not be had, too: nothing is concluded from it.
    """
    problems = []
    for what, ask in (("bank_history", read_whole_history), ("bank_statement", fetch_statement)):
        try:
            ask(day, now=now)
        except NoBank:
            problems.append(f"{what}: no bank is connected")
        except (BankSilent, BankRefused) as error:
            problems.append(f"{what}: {error}")
        except StatementInvalid as error:
            problems.append(f"{what}: {error.body()['message']}")
    if problems:
        log.warning("bank_not_told", day=day.isoformat(), problems=problems)
    found = reconcile_day(day, now=now)
    log.info("reconciled", day=day.isoformat(), agreed=found.agreed_count, unlisted=found.unlisted_count)
    return found, problems


def _is_due(now: datetime) -> bool:
    today = rows.day_of(now)
    begins = rows.day_begins(today) + timedelta(hours=START_HOUR)
    row = ReconciledDay.objects.filter(day=today - timedelta(days=1)).first()
    if now < begins:
        return False
    if row is None or row.ran_at is None or row.ran_at < begins:
        return True
    return row.history_read_at is None and row.ran_at < now - ASKED_AGAIN_AFTER


@metrics.database_metric
def count_breaks() -> Iterator[Metric]:
    """Count what is open between the ledger and the bank, and say since when."""
    count, oldest = rows.count_open_breaks()
    yield GaugeMetricFamily(
        "nusa_reconciliation_open_breaks", "Differences between ledger and bank that nobody has closed.", value=count
    )
    yield GaugeMetricFamily(
        "nusa_reconciliation_oldest_break_timestamp_seconds",
        "When the oldest open difference between ledger and bank was found; 0 without one.",
        value=oldest.timestamp() if oldest else 0,
    )


@metrics.database_metric
def count_suspense() -> Iterator[Metric]:
    """Count what is in suspense, and say since when."""
    count, oldest = count_suspended()
    yield GaugeMetricFamily("nusa_suspense_payments", "Payments that nobody has placed yet.", value=count)
    yield GaugeMetricFamily(
        "nusa_suspense_oldest_timestamp_seconds",
        "When the oldest payment in suspense came in; 0 without one.",
        value=oldest.timestamp() if oldest else 0,
    )


@metrics.database_metric
def compare_float() -> Iterator[Metric]:
    """Say what the bank lacks of what we owe people, as of the last comparison, if the bank said it."""
    last = find_last_float_check()
    if last is not None and last.shortfall is not None:
        yield GaugeMetricFamily(
            "nusa_float_shortfall_sen",
            "What we owe people less what lies at the bank and counter, in sen; above 0 something is missing.",
            value=last.shortfall,
        )
