"""The nightly integrity check of the ledger, and alarms."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection

from payments.actions import issued_money
from payments.domain.sealed_records import describe_replacement
from payments.maintenance import block_checks, guards, integrity_checks
from payments.models import NightlyProof
from payments.queries import sealing
from superapp.core.nightly_checks import NightlyCheck
from superapp.core.scheduler import every

REPLACEMENT_ALARMED_FOR = timedelta(days=7)

log = structlog.get_logger(__name__)


def _find_violations(now: datetime) -> list[str]:
    found = [str(finding) for finding in integrity_checks.check_integrity(now=now)]
    found += [str(finding) for finding in block_checks.check_blocks(now=now).violations]
    return found + [f"missing in the database: {guard}" for guard in guards.missing(connection)]


_nightly = NightlyCheck("ledger", NightlyProof, _find_violations)
check_and_report = _nightly.report
claim = _nightly.claim


@every(seconds=60)
def apply_float_cap(now: datetime) -> int:
    """Have the cap of a closed loop in the database follow the settings and what is owed."""
    del now
    return issued_money.apply_float_cap()


@every(seconds=3_600)
def alarm_replaced_keys(now: datetime) -> int:
    """Log an alarm for a week if a signing key was replaced without a signature: its operator knows whether by them."""
    replaced = [key for key in sealing.list_keys() if key.is_replacement and key.since > now - REPLACEMENT_ALARMED_FOR]
    for key in replaced:
        log.critical("ledger_key_replaced", replacement=describe_replacement(sealing.to_statement(key)))
    return len(replaced)


@every(seconds=300)
def check_ledger_nightly(now: datetime) -> int:
    """Begin the integrity check of the whole ledger, once a night."""
    return _nightly.begin(now)
