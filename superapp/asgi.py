"""
The ASGI application: Django for pages and API, and the socket consumer for ``/ws``.

Django runs here as it does under gunicorn, as a WSGI application in a bounded thread pool: its own ASGI handler
switches threads for each middleware, which costs two to three times the CPU, and makes an unbounded number of
threads.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  After Django is set up.

from superapp.core.wsgi_bridge import WsgiBridge  # noqa: E402  After Django is set up.
from superapp.realtime import consumer  # noqa: E402  After Django is set up.

pages = WsgiBridge(django, threads=settings.PAGE_THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve one connection."""
    if scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["type"] == "websocket" and scope["path"] == "/ws":
        await consumer.application(scope, receive, send)
    elif scope["type"] == "websocket":
        await _refuse(receive, send)
    else:
        raise ValueError(f"no {scope['type']} is spoken here")


async def drain() -> None:
    """Drain the open sockets and finish the requests in progress, since this process is about to stop."""
    await asyncio.gather(consumer.drain(), pages.finish())


async def _refuse(receive: Any, send: Any) -> None:
    """Close before accepting, which is answered with HTTP 403."""
    await receive()
    await send({"type": "websocket.close"})
