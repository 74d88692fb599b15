"""
The one ASGI application: pages and API by Django, ``/ws`` by the socket.

Django runs here exactly as it does under gunicorn, as a WSGI application on a bounded pool of threads: its own ASGI
handler hops between threads for every middleware, which costs two to three times the CPU, and makes a thread for every
request without a bound.
"""

from __future__ import annotations

import os
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  After Django is set up.

from superapp.realtime import socket  # noqa: E402

pages = WSGIMiddleware(django, workers=settings.PAGE_THREADS)
drain = socket.drain


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one connection."""
    if scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["type"] == "websocket" and scope["path"] == "/ws":
        await socket.application(scope, receive, send)
    elif scope["type"] == "websocket":
        await _refuse(receive, send)
    else:
        raise ValueError(f"no {scope['type']} is spoken here")


async def _refuse(receive: Any, send: Any) -> None:
    """Closing before accepting is a plain HTTP 403."""
    await receive()
    await send({"type": "websocket.close"})
