"""Periodic tasks and jobs of notifications: send what is due, and delete what is old."""

from __future__ import annotations

from datetime import datetime

from superapp.core import clock, jobs, scheduler
from superapp.core.jobs import JobRun
from superapp.notifications.actions import alerts, notices, subscriptions

HOUR_SECONDS = 3_600


@scheduler.every(seconds=5)
def start_due_alerts(now: datetime) -> int:
    """Start a job for each alert that is due, some at a time, and return how many."""
    return alerts.send_due(now)


@scheduler.every(seconds=1)
def start_due_pushes(now: datetime) -> int:
    """Start a job for each device of people whose notification is due."""
    return notices.send_due(now) if subscriptions.is_push_enabled() else 0


@scheduler.every(seconds=60)
def delete_ended_subscriptions(_now: datetime) -> int:
    """Delete the push subscriptions of devices that were logged out."""
    return subscriptions.delete_ended()


@scheduler.every(seconds=HOUR_SECONDS)
def delete_old_notifications(now: datetime) -> int:
    """Delete notifications and alerts of long ago."""
    return notices.delete_old(now) + alerts.delete_old(now)


@jobs.register_handler(notices.PUSH_JOB)
def push(_run: JobRun, *, notification: int, subscription: int) -> None:
    """Send one notification to one device."""
    subscriptions.push(notification=notification, subscription=subscription, now=clock.now())


@jobs.register_handler(alerts.ALERT_JOB)
def send_alert(_run: JobRun, *, alert: int) -> None:
    """Send the text message of one alert."""
    alerts.send(alert=alert, now=clock.now())
