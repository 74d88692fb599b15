"""Rate limits, counted in the database across processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from django.db import connection, transaction
from django.db.models import F, Q

from superapp.accounts.models import RateCount
from superapp.core.errors import RateLimited

COUNT_RETENTION = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """
    A limit of ``times`` uses in each window of length ``per``.

    Windows are fixed, so up to twice as many uses may occur around their border.
    """

    what: str
    times: int
    per: timedelta

    def window_start(self, now: datetime) -> datetime:
        seconds = int(self.per.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


# The limit that a use counts against, and the key that it counts for, such as a user or an address.
RateLimitUse = tuple[RateLimit, str]


def consume(uses: Collection[RateLimitUse], *, now: datetime) -> None:
    """
    Count one use of each limit, or none if one of them is used up.

    :raises RateLimited: if one is used up; ``retry_after`` is when its window ends
    """
    ordered = sorted(uses, key=lambda use: (use[0].what, use[1]))
    with transaction.atomic():
        for (limit, _who), counted in zip(ordered, increment(ordered, now=now), strict=True):
            if counted > limit.times:
                raise RateLimited(retry_after=get_seconds_left(limit, now))


def increment(uses: Sequence[RateLimitUse], *, now: datetime) -> list[int]:
    """
    Count one use of each limit, without refusing any, and return the counts in the same order.

    Rows are locked in the given order; callers that share rows must name them in the same order.
    """
    rows = [(limit.what, who, limit.window_start(now)) for limit, who in uses]
    adapt = connection.ops.adapt_datetimefield_value
    places = ", ".join(["(%s, %s, %s, 1)"] * len(rows))
    sql = f"""
        INSERT INTO accounts_ratecount (what, who, window_start, count) VALUES {places}
        ON CONFLICT (what, who, window_start) DO UPDATE SET count = accounts_ratecount.count + 1
        RETURNING what, who, count
    """  # noqa: S608  # Placeholders only.
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for what, who, start in rows for value in (what, who, adapt(start))])
        counts = {(what, who): int(count) for what, who, count in cursor.fetchall()}
    return [counts[what, who] for what, who, _start in rows]


def get_counts(uses: Sequence[RateLimitUse], *, now: datetime) -> list[int]:
    """Return the counted uses in each limit's current window, in the same order."""
    wanted = Q()
    for limit, who in uses:
        wanted |= Q(what=limit.what, who=who, window_start=limit.window_start(now))
    counts = {
        (what, who): count for what, who, count in RateCount.objects.filter(wanted).values_list("what", "who", "count")
    }
    return [counts.get((limit.what, who), 0) for limit, who in uses]


def get_seconds_left(limit: RateLimit, now: datetime) -> int:
    """Return the seconds until the current window ends, rounded up."""
    return ceil((limit.window_start(now) + limit.per - now).total_seconds())


def refund(uses: Collection[RateLimitUse], *, now: datetime) -> None:
    """Undo ``consume`` for uses that were counted for something that then failed."""
    for limit, who in uses:
        counted = RateCount.objects.filter(what=limit.what, who=who, window_start=limit.window_start(now), count__gt=0)
        counted.update(count=F("count") - 1)


def delete_expired(now: datetime) -> int:
    """Delete counts of windows that started longer than ``COUNT_RETENTION`` ago, and return how many."""
    deleted, _ = RateCount.objects.filter(window_start__lt=now - COUNT_RETENTION).delete()
    return deleted
