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
    """At most ``times`` uses in each window of ``per``. Windows are fixed: up to twice as many around their border."""

    what: str
    times: int
    per: timedelta

    def window_start(self, now: datetime) -> datetime:
        seconds = int(self.per.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


# One thing that counts: against which limit, and on whose account.
RateLimitUse = tuple[RateLimit, str]


def consume(uses: Collection[RateLimitUse], *, now: datetime) -> None:
    """
    Count one use of each, or, if one of them is used up, of none.

    :raises RateLimited: if one is used up; ``retry_after`` is when its window ends
    """
    ordered = sorted(uses, key=lambda use: (use[0].what, use[1]))
    with transaction.atomic():
        for (limit, _who), counted in zip(ordered, increment(ordered, now=now), strict=True):
            if counted > limit.times:
                raise RateLimited(retry_after=get_seconds_left(limit, now))


def increment(uses: Sequence[RateLimitUse], *, now: datetime) -> list[int]:
    """
    Count one use of each, however many there were, and return the counts in the same order.

    Rows are locked in that order: name what several callers share in the same order everywhere.
    """
    rows = [(limit.what, who, limit.window_start(now)) for limit, who in uses]
    adapt = connection.ops.adapt_datetimefield_value
    places = ", ".join(["(%s, %s, %s, 1)"] * len(rows))
    sql = f"""
        INSERT INTO accounts_ratecount (what, who, window_start, count) VALUES {places}
        ON CONFLICT (what, who, window_start) DO UPDATE SET count = accounts_ratecount.count + 1
        RETURNING what, who, count
    """  # noqa: S608  # Only placeholders are put in.
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for what, who, start in rows for value in (what, who, adapt(start))])
        counts = {(what, who): int(count) for what, who, count in cursor.fetchall()}
    return [counts[what, who] for what, who, _start in rows]


def get_counts(uses: Sequence[RateLimitUse], *, now: datetime) -> list[int]:
    """Return how many uses of each were counted in its present window, in the same order."""
    wanted = Q()
    for limit, who in uses:
        wanted |= Q(what=limit.what, who=who, window_start=limit.window_start(now))
    counts = {
        (what, who): count for what, who, count in RateCount.objects.filter(wanted).values_list("what", "who", "count")
    }
    return [counts.get((limit.what, who), 0) for limit, who in uses]


def get_seconds_left(limit: RateLimit, now: datetime) -> int:
    """Return when the present window ends, in whole seconds from now."""
    return ceil((limit.window_start(now) + limit.per - now).total_seconds())


def refund(uses: Collection[RateLimitUse], *, now: datetime) -> None:
    """Undo ``consume``, for something that was counted and then could not be done."""
    for limit, who in uses:
        counted = RateCount.objects.filter(what=limit.what, who=who, window_start=limit.window_start(now), count__gt=0)
        counted.update(count=F("count") - 1)


def delete_expired(now: datetime) -> int:
    """Delete counts of windows that ended long ago, and return how many."""
    deleted, _ = RateCount.objects.filter(window_start__lt=now - COUNT_RETENTION).delete()
    return deleted
