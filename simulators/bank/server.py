"""The web server of the simulated bank: a thread for each connection."""

from __future__ import annotations

import os
import threading
import traceback
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application

from simulators.bank import notifications
from simulators.bank.connections import ENVIRON_NAME


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), ENVIRON_NAME: self.connection}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  The name is the one of http.server.
        """Print no line for each request."""


def _notify() -> None:
    # A bank that serves but tells nobody looks healthy, and is not: whoever runs it starts it again.
    try:
        notifications.run_worker()
    finally:
        traceback.print_exc()
        os._exit(1)


def serve(*, host: str, port: int) -> None:
    """Serve until the process ends, and tell the client of payments meanwhile."""
    server = _Server((host, port), _Handler)
    server.set_app(get_wsgi_application())
    threading.Thread(target=_notify, name="notifications", daemon=True).start()
    with server:
        server.serve_forever()
