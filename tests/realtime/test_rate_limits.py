"""Rate limits of commands per person."""

from __future__ import annotations

import pytest

from superapp.core.errors import RateLimited
from superapp.realtime.rate_limits import Throttle


class Watch:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def taken(allowance: Throttle, user_id: int, cost: int, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            allowance.take(user_id, cost)
        except RateLimited:
            break
        count += 1
    return count


def test_burst_is_allowed_and_then_the_steady_rate():
    watch = Watch()
    allowance = Throttle(per_second=2, burst=10, timer=watch)

    assert taken(allowance, 1, 1, 100) == 10
    watch.seconds += 3
    assert taken(allowance, 1, 1, 100) == 6
    watch.seconds += 3_600
    assert taken(allowance, 1, 1, 100) == 10


def test_refusal_has_retry_after():
    watch = Watch()
    allowance = Throttle(per_second=2, burst=10, timer=watch)
    allowance.take(1, 10)

    with pytest.raises(RateLimited) as refused:
        allowance.take(1, 5)

    assert refused.value.retry_after == 3
    watch.seconds += 3
    allowance.take(1, 5)


def test_rate_limit_counts_per_person():
    allowance = Throttle(per_second=1, burst=3, timer=Watch())
    allowance.take(1, 3)

    assert taken(allowance, 2, 1, 100) == 3


def test_people_with_a_full_bucket_are_forgotten(monkeypatch):
    monkeypatch.setattr(Throttle, "PEOPLE_MAX", 50)
    watch = Watch()
    allowance = Throttle(per_second=1, burst=10, timer=watch)
    for user_id in range(50):
        allowance.take(user_id, 1)

    watch.seconds += 11
    allowance.take(99, 1)

    assert list(allowance._buckets) == [99]
