"""A bridge that runs Django in a bounded thread pool of an event loop, and waits for running requests at the end."""

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
    """A WSGI application as an ASGI application, which counts the requests in progress."""

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
        Refuse new requests, and return once those in progress are answered, at most after ``FINISH_SECONDS_MAX``.

        A thread that still had a response to pass on after the end of the loop would wait for ever, and so would
        the process.
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
        """End the process now if requests were abandoned, since their threads would keep it alive."""
        if self._under_way:
            os._exit(0)

    def _answered(self) -> None:
        self._under_way -= 1
        if self._is_ending and not self._under_way:
            self._all_answered.set()
