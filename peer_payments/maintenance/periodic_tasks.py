"""Periodic tasks of payments between people."""

from __future__ import annotations

from datetime import datetime

from peer_payments.actions import requests
from superapp.core.scheduler import every


@every(seconds=60)
def expire_requests_due(now: datetime) -> int:
    """Close requests that nobody answered in time."""
    return requests.expire_requests(now)
