"""
SMS budget of the installation, by hour and day.

Unknown browsers share four fifths of it. The rest is reserved for codes of known browsers and logged-in people. Texts
that are no codes have a share of their own within those four fifths: whoever causes many takes nobody's log-in away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric

from superapp.accounts.errors import CodesUsedUp
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit, RateLimitUse
from superapp.core import clock, metrics

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INSTANCE = "everybody"
NEWCOMERS_SHARE = 0.8
PRESSURE_SHARE = 0.5
ALERTS_SHARE = 0.3

requests = Counter("nusa_login_codes_total", "Requested login codes, by outcome.", ["outcome"])
log = structlog.get_logger(__name__)


def spend(*, is_known: bool, now: datetime) -> bool:
    """
    Take one text message from the budget, in the transaction of its code; return whether the budget runs short.

    :raises CodesUsedUp: if nothing is left for this requester; ``retry_after`` is when the window ends
    """
    is_short = False
    for (window, limit), count in zip(_limits().items(), rate_limits.increment(_uses(), now=now), strict=True):
        share = _newcomers_share(limit)
        if count > (limit.times if is_known else share):
            raise CodesUsedUp(retry_after=rate_limits.get_seconds_left(limit, now))
        _log_thresholds(window, limit, count)
        is_short = is_short or count > share * PRESSURE_SHARE
    return is_short


def spend_on_alert(*, now: datetime) -> None:
    """
    Take one text message that is no code from the budget, in a transaction.

    :raises CodesUsedUp: if nothing is left for such texts
    """
    for (limit, _who), count in zip(_alert_uses(), rate_limits.increment(_alert_uses(), now=now), strict=True):
        if count > limit.times:
            raise CodesUsedUp(retry_after=rate_limits.get_seconds_left(limit, now))
    spend(is_known=False, now=now)


def refund(*, now: datetime) -> None:
    """Return one text message to this installation's SMS budget, for a message that could not be sent."""
    rate_limits.refund(_uses(), now=now)


def refund_alert(*, now: datetime) -> None:
    """Give back the part of the budget that an alert took which was not sent."""
    rate_limits.refund([*_uses(), *_alert_uses()], now=now)


@metrics.database_metric
def collect_metrics() -> Iterator[Metric]:
    """Yield the used part of the budget as a metric, for alarms."""
    now = clock.now()
    used = GaugeMetricFamily(
        "nusa_sms_budget_used", "Used share of the text message budget, by window.", labels=["window"]
    )
    for (window, limit), count in zip(_limits().items(), rate_limits.get_counts(_uses(), now=now), strict=True):
        used.add_metric([window], count / limit.times)
    yield used


def _limits() -> dict[str, RateLimit]:
    return {
        "day": RateLimit("sms.day", settings.SMS_PER_DAY, DAY),
        "hour": RateLimit("sms.hour", settings.SMS_PER_HOUR, HOUR),
    }


def _uses() -> list[RateLimitUse]:
    return [(limit, INSTANCE) for limit in _limits().values()]


def _alert_uses() -> list[RateLimitUse]:
    return [
        (RateLimit(f"sms.alerts.{window}", max(1, int(limit.times * ALERTS_SHARE)), limit.per), INSTANCE)
        for window, limit in _limits().items()
    ]


def _newcomers_share(limit: RateLimit) -> int:
    return max(1, int(limit.times * NEWCOMERS_SHARE))


def _log_thresholds(window: str, limit: RateLimit, count: int) -> None:
    # Counts grow by one, so each threshold is logged once per window, after the commit.
    share = _newcomers_share(limit)
    if count == limit.times:
        transaction.on_commit(lambda: log.error("sms_budget_used_up", window=window, sent=count))
    elif count == share:
        transaction.on_commit(lambda: log.error("sms_budget_used_up_for_newcomers", window=window, sent=count))
    elif count == int(share * PRESSURE_SHARE) + 1:
        transaction.on_commit(lambda: log.warning("sms_budget_runs_short", window=window, sent=count))
