"""Periodic tasks that run due order timers."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from shop.actions import order_reviews, transitions
from shop.models import OrderTimer
from shop.queries import orders, review_cases
from shop.writers.transition_writer import postpone_timer
from superapp.core.errors import DomainError
from superapp.core.scheduler import every

TIMERS_PER_RUN_MAX = 200
# After a timer failed, for example because a wallet is full or frozen.
RETRY_AFTER = timedelta(hours=1)
# A timer that has been due for longer is reported by the integrity check.
TIMERS_OVERDUE_AFTER = timedelta(minutes=30)

log = structlog.get_logger(__name__)


@every(seconds=5)
def run_due_timers(now: datetime) -> int:
    """Run due timers: cancel orders not accepted or shipped in time, complete delivered ones, open review cases."""
    return sum(_run_timer(timer, now) for timer in orders.list_due_timers(now, limit=TIMERS_PER_RUN_MAX))


@every(seconds=3_600)
def start_missing_review_timers(now: datetime) -> int:
    """Start the review timer of orders that were shipped by a version without review timers, also during an upgrade."""
    wanting = review_cases.list_orders_without_review_timer(limit=TIMERS_PER_RUN_MAX)
    return sum(order_reviews.start_review_timer(order, now=now) for order in wanting)


def _run_timer(timer: OrderTimer, now: datetime) -> bool:
    try:
        return transitions.run_timer(timer, now=now)
    except DomainError as refusal:
        log.warning("order_timer_refused", order=str(timer.order_id), timer=timer.kind, because=refusal.code)
    except Exception:
        log.exception("order_timer_failed", order=str(timer.order_id), timer=timer.kind)
    postpone_timer(timer, now + RETRY_AFTER)
    return False
