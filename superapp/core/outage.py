"""An outage of another system, so that those who ask it do not all wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Outage:
    """
    An outage of another system, as this process has noticed it.

    While it lasts, one thread at a time tries the system, and all others are refused at once, by the exception that
    ``refuse`` returns: a system that hangs would otherwise hold every thread that answers pages, for as long as each
    call may take.
    """

    def __init__(self, refuse: Callable[[], Exception]) -> None:
        self.is_noticed = False
        self._refuse = refuse
        self._tries = threading.Lock()

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Let one thread through while there is an outage, and everybody when there is none; others are refused."""
        if not self.is_noticed:
            yield
        elif self._tries.acquire(blocking=False):
            try:
                yield
            finally:
                self._tries.release()
        else:
            raise self._refuse()
