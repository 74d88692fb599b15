"""Integrity checks that run every night, and the alarm they raise."""

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

# When few people pay or buy, by the clock of the place.
START_HOUR = 2
# A proof whose process died is done again.
ABANDONED_AFTER = timedelta(hours=6)

log = structlog.get_logger(__name__)


class NightlyCheckRun(models.Model):
    """A night's proof: begun by one process, and what it found. Every app that proves something has its own table."""

    date = models.DateField(primary_key=True)
    begun_at = models.DateTimeField()
    is_done = models.BooleanField(default=False)
    findings = models.JSONField(default=list)

    class Meta:
        abstract = True


N = TypeVar("N", bound=models.Model)


class NightlyCheck(Generic[N]):
    """
    The proof of one app. ``prove`` names what is wrong; a metric and a line of the log say so, and the row of the night
    keeps it.
    """

    def __init__(self, what: str, nights: type[N], prove: Callable[[datetime], list[str]]) -> None:
        self._what = what
        self._nights: Any = nights
        self._prove = prove
        self._findings = Gauge(f"nusa_{what}_findings", f"Rows of {what} that broke a rule in the last proof.")
        self._proved_at = Gauge(
            f"nusa_{what}_proved_timestamp_seconds", f"When {what} was last proved without a finding."
        )

    def begin(self, now: datetime) -> int:
        """
        Begin tonight's proof, unless some process has; on a thread of its own, since facts and timers do not wait.
        """
        local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
        if local.hour < START_HOUR or not self.claim(local.date(), now):
            return 0
        name = f"{self._what}-proof"
        threading.Thread(target=self._report_and_close, args=(local.date(), now), name=name, daemon=True).start()
        return 1

    def report(self, night: date, now: datetime) -> int:
        """Prove everything, say what was found, and keep it."""
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
        """Be the one process that does tonight's."""
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
