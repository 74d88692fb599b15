"""Periodic tasks of payments between people."""

from __future__ import annotations

from datetime import datetime

from payments import api as payments
from peer_payments.actions import requests, schedules
from superapp.core.scheduler import every


@every(seconds=60)
def expire_requests_due(now: datetime) -> int:
    """Close requests that nobody answered in time."""
    return requests.expire_requests(now)


@every(seconds=60)
def run_schedules_due(now: datetime) -> int:
    """Make scheduled transfers that are due, where payments are enabled."""
    return schedules.run_due(now) if payments.is_enabled() else 0


@every(seconds=600)
def tell_of_schedules(now: datetime) -> int:
    """Tell people the day before a scheduled transfer is made."""
    return schedules.tell_tomorrow(now) if payments.is_enabled() else 0
