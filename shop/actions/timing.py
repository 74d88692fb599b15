"""What time does to orders: driven from the database by the loop that does what must happen."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from shop.actions import moving, reviewing
from shop.log.moving import postpone_timer
from shop.models import OrderTimer
from shop.queries import orders, review_cases
from superapp.core.errors import DomainError
from superapp.core.work import every

TIMERS_A_TURN_MAX = 200
# When it cannot be done right now: the wallet is full or frozen, or something nobody anticipated is in the way.
AGAIN_AFTER = timedelta(hours=1)
# What is due for so long was forgotten by somebody.
TIMERS_LATE_AFTER = timedelta(minutes=30)

log = structlog.get_logger(__name__)


@every(seconds=5)
def move_due_orders(now: datetime) -> int:
    """Cancel what nobody accepted or sent in time, and complete what a courier delivered days ago."""
    return sum(_move(timer, now) for timer in orders.due_timers(now, limit=TIMERS_A_TURN_MAX))


@every(seconds=3_600)
def start_missing_review_clocks(now: datetime) -> int:
    """Start the review clock of orders that were shipped by a version that knew none, before or during an upgrade."""
    wanting = review_cases.orders_without_clock(limit=TIMERS_A_TURN_MAX)
    return sum(reviewing.start_review_clock(order, now=now) for order in wanting)


def _move(timer: OrderTimer, now: datetime) -> bool:
    try:
        return moving.move_by_time(timer, now=now)
    except DomainError as refusal:
        log.warning("order_timer_refused", order=str(timer.order_id), timer=timer.kind, because=refusal.code)
    except Exception:
        log.exception("order_timer_failed", order=str(timer.order_id), timer=timer.kind)
    postpone_timer(timer, now + AGAIN_AFTER)
    return False
