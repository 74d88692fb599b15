"""Limits on the frames that one WebSocket may send, applied by the server and again by the consumer."""

from __future__ import annotations

import time
from collections.abc import Callable

# The close code of a socket whose client sent too many frames.
CLOSE_FLOOD = 4430
FRAMES_PER_SECOND = 100
FRAMES_BURST = 600


class TokenBucket:
    """A token bucket with at most ``burst`` tokens, refilled with ``per_second``; it is full at first."""

    __slots__ = ("_burst", "_per_second", "_since", "_timer", "_tokens")

    def __init__(self, *, per_second: float, burst: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._timer = timer
        self._tokens = burst
        self._since = timer()

    def take(self, cost: float = 1) -> bool:
        """Take the cost out of the bucket; return False, taking nothing, if the bucket has too few tokens."""
        now = self._timer()
        tokens = min(self._burst, self._tokens + (now - self._since) * self._per_second)
        self._since = now
        is_enough = tokens >= cost
        self._tokens = tokens - cost if is_enough else tokens
        return is_enough


def make_frame_bucket() -> TokenBucket:
    """Return the bucket of a connection that has just opened."""
    return TokenBucket(per_second=FRAMES_PER_SECOND, burst=FRAMES_BURST)
