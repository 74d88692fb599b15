"""The thread pool in which commands use the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections

from superapp.core.errors import Unavailable

R = TypeVar("R")


class CommandThreads:
    """
    A thread pool for a process's event loop, whose threads check their database connections.

    asgiref's pool is not used, since it runs all thread-sensitive work in a single thread. At most ``waiting_max``
    calls wait; further ones are refused at once, since their callers would have given up before the answer.
    """

    def __init__(self, size: int, *, waiting_max: int = 2_000) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="command")
        self._waiting_max = waiting_max
        self._waiting = 0

    def start(self, function: Callable[..., R], *args: object) -> asyncio.Future[R]:
        """
        Call the function in one of the threads; the returned future belongs to the running loop.

        :raises Unavailable: if too many calls are waiting already
        """
        if self._waiting >= self._waiting_max:
            raise Unavailable(retry_after=2)
        self._waiting += 1
        answer = asyncio.get_running_loop().run_in_executor(
            self._pool, copy_context().run, _call_with_usable_connection, function, args
        )
        answer.add_done_callback(self._ended)
        return answer

    def _ended(self, _answer: asyncio.Future[Any]) -> None:
        self._waiting -= 1


def _call_with_usable_connection(function: Callable[..., R], args: tuple[object, ...]) -> R:
    _release_connection()
    try:
        return function(*args)
    finally:
        _release_connection()


def _release_connection() -> None:
    """Close this thread's connection if it is broken, and return it if it came from a pool."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            # Closed after any error; Django's check is not enough, since SQLite calls every connection usable.
            connection.close()
        else:
            connection.close_if_unusable_or_obsolete()


threads = CommandThreads(settings.COMMAND_THREADS)
