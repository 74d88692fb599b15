"""
How many codes the whole instance sends in an hour and in a day: what an attack can cost its operator at most.

Newcomers share four fifths of it. The rest is kept for people whom we know: in a browser of theirs, or logged in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric

from superapp.accounts import limits
from superapp.accounts.errors import CodesUsedUp
from superapp.accounts.limits import Limit, Use
from superapp.core import clock, metrics

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYBODY = "everybody"
NEWCOMERS_SHARE = 0.8
PRESSURE_SHARE = 0.5

requests = Counter("nusa_login_codes_total", "Codes that were asked for, by what became of it.", ["outcome"])
log = structlog.get_logger(__name__)


def take(*, is_known: bool, now: datetime) -> bool:
    """
    Take one text message from the budget, in the transaction of its code, and tell whether it runs short.

    :raises CodesUsedUp: if the budget has none left for this asker; ``retry_after`` is when its window ends
    """
    is_short = False
    for (window, limit), count in zip(_limits().items(), limits.add(_uses(), now=now), strict=True):
        share = _newcomers_share(limit)
        if count > (limit.times if is_known else share):
            raise CodesUsedUp(retry_after=limits.seconds_left(limit, now))
        _tell_operator(window, limit, count)
        is_short = is_short or count > share * PRESSURE_SHARE
    return is_short


def give_back(*, now: datetime) -> None:
    """Put one back, for a message that could not be sent."""
    limits.give_back(_uses(), now=now)


@metrics.from_the_database
def collect() -> Iterator[Metric]:
    """Yield how much of the budget is used, for alarms."""
    now = clock.now()
    used = GaugeMetricFamily(
        "nusa_sms_budget_used", "Part of the text messages of a window that is used.", labels=["window"]
    )
    for (window, limit), count in zip(_limits().items(), limits.used(_uses(), now=now), strict=True):
        used.add_metric([window], count / limit.times)
    yield used


def _limits() -> dict[str, Limit]:
    return {
        "day": Limit("sms.day", settings.SMS_PER_DAY, DAY),
        "hour": Limit("sms.hour", settings.SMS_PER_HOUR, HOUR),
    }


def _uses() -> list[Use]:
    return [(limit, EVERYBODY) for limit in _limits().values()]


def _newcomers_share(limit: Limit) -> int:
    return max(1, int(limit.times * NEWCOMERS_SHARE))


def _tell_operator(window: str, limit: Limit, count: int) -> None:
    # Counts grow by one, so each of these is met once in a window, when the code that met it is really there.
    share = _newcomers_share(limit)
    if count == limit.times:
        transaction.on_commit(lambda: log.error("sms_budget_used_up", window=window, sent=count))
    elif count == share:
        transaction.on_commit(lambda: log.error("sms_budget_used_up_for_newcomers", window=window, sent=count))
    elif count == int(share * PRESSURE_SHARE) + 1:
        transaction.on_commit(lambda: log.warning("sms_budget_runs_short", window=window, sent=count))
