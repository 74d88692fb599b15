"""Rate limits per user, in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from django.conf import settings

from superapp.core.errors import RateLimited

# Of an answer: a page of an ordinary chat takes a token or two, fifty messages of the longest take 26.
BYTES_PER_TOKEN = 8_192


class Throttle:
    """
    A bucket of tokens for each person: ``burst`` at most, filled with ``per_second``.

    Generous: nobody who taps and types meets it, a client gone wild does. Kept in memory, since it protects this
    process; what protects money and codes is counted in the database. People whose bucket is full again are forgotten.
    """

    PEOPLE_MAX = 20_000

    def __init__(self, *, per_second: float, burst: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._timer = timer
        self._buckets: dict[int, tuple[float, float]] = {}  # User → tokens left, when that was so.
        self._forget_above = self.PEOPLE_MAX

    def take(self, user_id: int, cost: int) -> None:
        """
        Take the cost of a command from the person's bucket.

        :raises RateLimited: if there is not enough in it
        """
        now = self._timer()
        tokens, since = self._buckets.get(user_id, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        if tokens < cost:
            raise RateLimited(retry_after=math.ceil((cost - tokens) / self._per_second))
        self._buckets[user_id] = (tokens - cost, now)
        if len(self._buckets) > self._forget_above:
            self._forget_idle(now)
            # When nearly all of them are in use, looking through them each time would cost more than they hold.
            self._forget_above = max(self.PEOPLE_MAX, 2 * len(self._buckets))

    def charge_size(self, user_id: int, size: int) -> None:
        """
        Charge for an answer of so many bytes, once it is known how large it is: nothing for an ordinary one.

        It is given all the same; what is owed then is waited for before the next command.
        """
        cost = size // BYTES_PER_TOKEN
        if cost:
            now = self._timer()
            tokens, since = self._buckets.get(user_id, (self._burst, now))
            tokens = min(self._burst, tokens + (now - since) * self._per_second)
            self._buckets[user_id] = (tokens - cost, now)

    def forget_everybody(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()

    def _forget_idle(self, now: float) -> None:
        full_after = self._burst / self._per_second
        self._buckets = {user: kept for user, kept in self._buckets.items() if now - kept[1] < full_after}


# What one person's commands and forms cost, and their sockets that are opened.
command_throttle = Throttle(per_second=50, burst=300)
connect_throttle = Throttle(per_second=2, burst=300)
# What the pages and pictures cost that they look at: apart, so that whoever looks around can always send.
read_throttle = Throttle(per_second=settings.READ_TOKENS_PER_SECOND, burst=6 * settings.READ_TOKENS_PER_SECOND)
