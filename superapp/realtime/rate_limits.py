"""Rate limits for each user, and for networks of guests, in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from django.conf import settings

from superapp.core.errors import RateLimited

# Bytes of a response: a usual page of chat costs a token or two, fifty messages of maximum length cost 26.
BYTES_PER_TOKEN = 8_192


class Throttle:
    """
    A token bucket for each person, or each network of guests: at most ``burst`` tokens, refilled with ``per_second``.

    The limits are far above what a person's taps and typing need; they stop a faulty client. The buckets are in
    memory, since they protect this process; limits that protect money and codes are counted in the database. Full
    buckets are removed.
    """

    PEOPLE_MAX = 20_000

    def __init__(self, *, per_second: float, burst: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._timer = timer
        self._buckets: dict[int | str, tuple[float, float]] = {}  # Who → tokens left, and the time of that count.
        self._forget_above = self.PEOPLE_MAX

    def take(self, who: int | str, cost: int) -> None:
        """
        Take the cost of a command from the bucket of a person, by their user id, or of a network.

        :raises RateLimited: if the bucket has too few tokens
        """
        now = self._timer()
        tokens, since = self._buckets.get(who, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        if tokens < cost:
            raise RateLimited(retry_after=math.ceil((cost - tokens) / self._per_second))
        self._buckets[who] = (tokens - cost, now)
        if len(self._buckets) > self._forget_above:
            self._forget_idle(now)
            # When nearly all of them are in use, scanning them each time would cost more than it frees.
            self._forget_above = max(self.PEOPLE_MAX, 2 * len(self._buckets))

    def charge_size(self, user_id: int, size: int) -> None:
        """
        Charge for a response of this many bytes, once its size is known; a usual one costs nothing.

        The response is sent in any case; a debt delays the next command.
        """
        cost = size // BYTES_PER_TOKEN
        if cost:
            now = self._timer()
            tokens, since = self._buckets.get(user_id, (self._burst, now))
            tokens = min(self._burst, tokens + (now - since) * self._per_second)
            self._buckets[user_id] = (tokens - cost, now)

    def forget_everybody(self) -> None:
        """Fill all buckets."""
        self._buckets.clear()

    def _forget_idle(self, now: float) -> None:
        full_after = self._burst / self._per_second
        self._buckets = {user: kept for user, kept in self._buckets.items() if now - kept[1] < full_after}


# The cost of a person's commands and forms, and of the sockets they open.
command_throttle = Throttle(per_second=50, burst=300)
connect_throttle = Throttle(per_second=2, burst=300)
# The cost of what people who are not logged in search, by their network, which may be thousands of people behind a
# carrier's address: far above what they search. Each kind of search has its own buckets.
guest_throttle = Throttle(per_second=60, burst=600)
# The cost of pages and pictures; apart from commands, so that a person who browses can always send.
read_throttle = Throttle(per_second=settings.READ_TOKENS_PER_SECOND, burst=6 * settings.READ_TOKENS_PER_SECOND)
