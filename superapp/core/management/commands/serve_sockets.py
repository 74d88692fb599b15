"""``manage.py serve_sockets``: run one process for WebSockets."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from superapp.core import health, lock_timeout, metrics
from superapp.core.operator_command import port as port_number


class Command(BaseCommand):
    help = "Serve WebSockets on Daphne. Several processes may run, each on its port, behind the proxy."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=port_number, required=True)

    def handle(self, *_args: Any, host: str, port: int, **_options: Any) -> None:
        lock_timeout.set_lock_timeout()
        health.run_startup_checks()
        asgi = import_module("superapp.asgi")
        from superapp.core import daphne_server

        metrics.serve()
        if not daphne_server.run(asgi.application, host=host, port=port, drain=asgi.drain):
            raise CommandError(f"Port {port} is taken by another program.")
        asgi.pages.leave()
