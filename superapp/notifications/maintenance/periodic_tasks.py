"""Periodic tasks and jobs of notifications: send what is due, and delete what is old."""

from __future__ import annotations

from datetime import datetime

from superapp.core import clock, jobs, scheduler
from superapp.core.jobs import JobRun
from superapp.notifications.actions import alerts

HOUR_SECONDS = 3_600


@scheduler.every(seconds=5)
def start_due_alerts(now: datetime) -> int:
    """Start a job for each alert that is due."""
    return alerts.send_due(now)


@scheduler.every(seconds=HOUR_SECONDS)
def delete_old_notifications(now: datetime) -> int:
    """Delete alerts of long ago."""
    return alerts.delete_old(now)


@jobs.register_handler(alerts.ALERT_JOB)
def send_alert(_run: JobRun, *, alert: int) -> None:
    """Send the text message of one alert."""
    alerts.send(alert=alert, now=clock.now())
