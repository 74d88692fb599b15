"""Integrity checks that run every night, and their alarm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from prometheus_client import Gauge

# An hour with few payments and orders, in local time.
START_HOUR = 2
# A check that has not ended after this time is repeated, since its process has died.
ABANDONED_AFTER = timedelta(hours=6)

log = structlog.get_logger(__name__)


class NightlyCheckRun(models.Model):
    """A night's run of an integrity check, begun by one process, with its findings. Each app has its own table."""

    date = models.DateField(primary_key=True)
    begun_at = models.DateTimeField()
    is_done = models.BooleanField(default=False)
    findings = models.JSONField(default=list)

    class Meta:
        abstract = True


N = TypeVar("N", bound=models.Model)


class NightlyCheck(Generic[N]):
    """
    The nightly integrity check of one app.

    ``prove`` lists what is wrong; it is reported by a metric and a log line, and stored in the night's row.
    """

    def __init__(self, what: str, nights: type[N], prove: Callable[[datetime], list[str]]) -> None:
        self._what = what
        self._nights: Any = nights
        self._prove = prove
        self._findings = Gauge(f"nusa_{what}_findings", f"Violations found by the last integrity check of {what}.")
        self._proved_at = Gauge(
            f"nusa_{what}_proved_timestamp_seconds", f"Time of the last integrity check of {what} without a violation."
        )

    def begin(self, now: datetime) -> int:
        """Begin tonight's check, unless a process has; it runs in its own thread, since other tasks must not wait."""
        local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
        if local.hour < START_HOUR or not self.claim(local.date(), now):
            return 0
        name = f"{self._what}-proof"
        threading.Thread(target=self._report_and_close, args=(local.date(), now), name=name, daemon=True).start()
        return 1

    def report(self, night: date, now: datetime) -> int:
        """Run the check, report its findings by metric and log, and store them."""
        found = self._prove(now)
        self._findings.set(len(found))
        if found:
            log.critical("not_proved", what=self._what, findings=found)
        else:
            self._proved_at.set(now.timestamp())
            log.info("proved", what=self._what)
        self._nights.objects.filter(date=night).update(is_done=True, findings=found)
        return len(found)

    def claim(self, night: date, now: datetime) -> bool:
        """Claim tonight's check for this process; return whether it succeeded."""
        try:
            with transaction.atomic():
                self._nights.objects.create(date=night, begun_at=now)
        except IntegrityError:
            abandoned = self._nights.objects.filter(date=night, is_done=False, begun_at__lt=now - ABANDONED_AFTER)
            return bool(abandoned.update(begun_at=now) == 1)
        return True

    def _report_and_close(self, night: date, now: datetime) -> None:
        try:
            self.report(night, now)
        finally:
            connection.close()
