"""The threads in which commands use the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections

from superapp.core.errors import Unavailable

R = TypeVar("R")


class Threads:
    """
    A few threads that serve a process's event loop, each mending its own database connection.

    Not asgiref's thread pool, which runs everything that is thread-sensitive in a single one. At most ``waiting_max`` calls wait; the next
    one is refused at once, since an answer that comes after everybody has given up helps nobody.
    """

    def __init__(self, size: int, *, waiting_max: int = 2_000) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="command")
        self._waiting_max = waiting_max
        self._waiting = 0

    def start(self, function: Callable[..., R], *args: object) -> asyncio.Future[R]:
        """
        Call the function in one of the threads; the future ends on the running loop.

        :raises Unavailable: if too many are waiting already
        """
        if self._waiting >= self._waiting_max:
            raise Unavailable(retry_after=2)
        self._waiting += 1
        answer = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, _mended, function, args)
        answer.add_done_callback(self._ended)
        return answer

    def _ended(self, _answer: asyncio.Future[object]) -> None:
        self._waiting -= 1


def _mended(function: Callable[..., R], args: tuple[object, ...]) -> R:
    # A connection that broke since the last call is thrown away, and what comes from a pool is given back to it.
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


threads = Threads(settings.COMMAND_THREADS)
