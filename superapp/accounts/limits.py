"""How often something may be done, counted in the database, so that no restart and no second process forgets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from django.db import connection, transaction
from django.db.models import F

from superapp.accounts.models import RateCount
from superapp.core.errors import RateLimited

COUNTS_KEPT_FOR = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Limit:
    """
    At most ``times`` in each window of ``per``. Windows lie side by side, so twice as many may meet at their border.
    """

    what: str
    times: int
    per: timedelta

    def window_start(self, now: datetime) -> datetime:
        seconds = int(self.per.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


# One thing that counts: against which limit, and on whose account.
Use = tuple[Limit, str]


def count(uses: Collection[Use], *, now: datetime) -> None:
    """
    Count one use of each, or, if one of them is used up, of none.

    :raises RateLimited: if one is used up; ``retry_after`` is when its window ends
    """
    with transaction.atomic():
        # In one order, so that two who count the same things cannot wait for each other.
        for limit, who in sorted(uses, key=lambda use: (use[0].what, use[1])):
            if _add_one(limit, who, now) > limit.times:
                seconds_left = (limit.window_start(now) + limit.per - now).total_seconds()
                raise RateLimited(retry_after=ceil(seconds_left))


def give_back(uses: Collection[Use], *, now: datetime) -> None:
    """Undo ``count``, for something that was counted and then could not be done."""
    for limit, who in uses:
        counted = RateCount.objects.filter(what=limit.what, who=who, window_start=limit.window_start(now), count__gt=0)
        counted.update(count=F("count") - 1)


def forget_old(now: datetime) -> int:
    """Delete counts of windows that ended long ago, and return how many."""
    deleted, _ = RateCount.objects.filter(window_start__lt=now - COUNTS_KEPT_FOR).delete()
    return deleted


def _add_one(limit: Limit, who: str, now: datetime) -> int:
    start = connection.ops.adapt_datetimefield_value(limit.window_start(now))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_ratecount (what, who, window_start, count) VALUES (%s, %s, %s, 1)
            ON CONFLICT (what, who, window_start) DO UPDATE SET count = accounts_ratecount.count + 1
            RETURNING count
            """,
            [limit.what, who, start],
        )
        return int(cursor.fetchone()[0])
