"""Periodic tasks of angpao."""

from __future__ import annotations

from datetime import datetime

from angpao.actions.returning import return_due
from superapp.core.scheduler import every


@every(seconds=30)
def return_expired(now: datetime) -> int:
    """Refund the unopened slots of expired packets to their senders."""
    return return_due(now)
