"""A fair semaphore for the threads of this process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from superapp.core.errors import Unavailable


class FairSemaphore:
    """
    A semaphore that is granted in order of arrival (FIFO), unlike Python's or a row lock.

    With ``waiting_max``, at most that many threads wait; further ones are refused at once.
    """

    def __init__(self, count: int, *, waiting_max: int | None = None) -> None:
        self._waiting_max = waiting_max
        self._guard = threading.Lock()
        self._free = count
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds, and return whether the semaphore was acquired."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            if self._waiting_max is not None and len(self._waiting) >= self._waiting_max:
                return False
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._guard:
            if mine.is_set():  # It was granted at the moment in which the wait timed out.
                return True
            self._waiting.remove(mine)
        return False

    def release(self) -> None:
        """Release the semaphore to the thread that has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

    @contextmanager
    def acquired(self, seconds_max: float, *, timeout_error: type[Unavailable] = Unavailable) -> Iterator[None]:
        """
        Hold the semaphore during this block.

        :raises Unavailable: or ``timeout_error``, if it was not granted in time
        """
        if not self.acquire(seconds_max):
            raise timeout_error(retry_after=1)
        try:
            yield
        finally:
            self.release()
