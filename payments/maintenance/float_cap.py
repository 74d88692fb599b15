"""Warnings about the float cap: a system check, a log line at the start, and metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import structlog
from django.core import checks
from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric

from payments.queries.issued_money import find_float_cap
from superapp.core import metrics
from superapp.core.scheduler import every

log = structlog.get_logger(__name__)


@checks.register(checks.Tags.database)
def check_float_cap(databases: Collection[str] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """Check issued money against the float cap; runs in ``manage.py check --database default`` and at server start."""
    try:
        found = find_float_cap() if databases else None
    except DatabaseError:
        return []  # Not migrated yet.
    if found is None or not found.over.amount_minor:
        return []
    return [
        checks.Warning(
            f"wallets hold {found.owed}, which is {found.over} more than FLOAT_CAP_RUPIAH allows ({found.most})",
            hint="Nobody can top up until enough was paid out; what a bank sends goes to suspense. See docs/money.md,"
            " A closed loop.",
            id="payments.W001",
        )
    ]


@every(seconds=3_600)
def alarm_float_cap(now: datetime) -> int:
    """Log an alarm if more is owed than the cap allows, or nearly as much."""
    del now
    found = find_float_cap()
    if found is None or not found.is_near:
        return 0
    said = {"owed_minor": found.owed.amount_minor, "cap_minor": found.most.amount_minor, "percent": found.percent}
    if found.over.amount_minor:
        log.critical("float_over_cap", **said)
    else:
        log.warning("float_near_cap", **said)
    return 1


@metrics.database_metric
def measure_float_cap() -> Iterator[Metric]:
    """Say how full the cap is; nothing without one."""
    found = find_float_cap()
    if found is not None:
        yield GaugeMetricFamily(
            "nusa_float_cap_used", "What users own in all, as a part of the cap.", value=found.percent / 100
        )
