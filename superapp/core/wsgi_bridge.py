"""Pages inside an event loop: Django on a bounded pool of threads, and an end that waits for them."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import structlog
from a2wsgi import WSGIMiddleware

FINISH_SECONDS_MAX = 10

log = structlog.get_logger(__name__)
_RETRY_HEADERS = [(b"retry-after", b"2"), (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]


class WsgiBridge:
    """A WSGI application as an ASGI application, which knows how many answers are under way."""

    def __init__(self, wsgi: Any, *, threads: int) -> None:
        self._wsgi = WSGIMiddleware(wsgi, workers=threads)
        self._under_way = 0
        self._is_ending = False
        self._all_answered = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._is_ending:
            await send({"type": "http.response.start", "status": 503, "headers": _RETRY_HEADERS})
            await send({"type": "http.response.body", "body": b""})
            return
        self._under_way += 1
        try:
            await self._wsgi(scope, receive, send)
        finally:
            self._answered()

    async def finish(self) -> None:
        """
        Take no more requests, and return once those under way are answered.

        A thread that still had something to hand over when the loop has ended would wait for ever, and the process with
        it.
        """
        self._is_ending = True
        if not self._under_way:
            return
        try:
            async with asyncio.timeout(FINISH_SECONDS_MAX):
                await self._all_answered.wait()
        except TimeoutError:
            log.warning("answers_abandoned", count=self._under_way)

    def leave(self) -> None:
        """End the process now if answers were abandoned: their threads would hold it for ever, for nobody."""
        if self._under_way:
            os._exit(0)

    def _answered(self) -> None:
        self._under_way -= 1
        if self._is_ending and not self._under_way:
            self._all_answered.set()
