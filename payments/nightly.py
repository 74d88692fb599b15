"""The proof that runs every night, and the alarm that it raises."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from prometheus_client import Gauge

from payments import guards, proof
from payments.models import NightlyProof
from superapp.core.work import every

# When few people pay, by the clock of the place.
FROM_HOUR = 2
# A proof whose process died is done again.
GIVEN_UP_AFTER = timedelta(hours=6)

log = structlog.get_logger(__name__)
findings = Gauge("nusa_ledger_findings", "Rows of the ledger that broke a rule in the last proof.")
proved_at = Gauge("nusa_ledger_proved_timestamp_seconds", "When the ledger was last proved without a finding.")


@every(seconds=300)
def prove_nightly(now: datetime) -> int:
    """
    Begin tonight's proof, unless some process has; on a thread of its own, since facts and timers do not wait for it.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    if local.hour < FROM_HOUR or not _claim(local.date(), now):
        return 0
    threading.Thread(target=_prove_and_close, args=(local.date(), now), name="ledger-proof", daemon=True).start()
    return 1


def prove_and_report(night: date, now: datetime) -> int:
    """Prove the whole ledger; an alarm and a metric say what was found, and the row of the night keeps it."""
    found = [str(finding) for finding in proof.prove(now=now)]
    found += [f"missing in the database: {guard}" for guard in guards.missing(connection)]
    findings.set(len(found))
    if found:
        log.critical("ledger_not_proved", findings=found)
    else:
        proved_at.set(now.timestamp())
        log.info("ledger_proved")
    NightlyProof.objects.filter(date=night).update(is_done=True, findings=found)
    return len(found)


def _claim(night: date, now: datetime) -> bool:
    """Be the one process that does tonight's."""
    try:
        with transaction.atomic():
            NightlyProof.objects.create(date=night, begun_at=now)
    except IntegrityError:
        abandoned = NightlyProof.objects.filter(date=night, is_done=False, begun_at__lt=now - GIVEN_UP_AFTER)
        return abandoned.update(begun_at=now) == 1
    return True


def _prove_and_close(night: date, now: datetime) -> None:
    try:
        prove_and_report(night, now)
    finally:
        connection.close()
