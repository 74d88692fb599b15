"""Periodic task that ends purchases which nobody paid in time."""

from __future__ import annotations

from datetime import datetime

from shop.actions import pending_purchases
from shop.queries.pending_purchases import list_due
from superapp.core.scheduler import every

EXPIRED_BATCH_MAX = 500


@every(seconds=10)
def expire_pending_purchases(now: datetime) -> int:
    """Free the pieces of purchases whose time is over; one that was paid meanwhile is left to its placing."""
    due = list_due(now, limit=EXPIRED_BATCH_MAX)
    return sum(pending_purchases.expire_pending_purchase(order, now=now) for order in due)
