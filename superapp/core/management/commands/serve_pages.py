"""``manage.py serve_pages``: run one process for pages and the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger

from superapp.core import health, lock_timeout, metrics
from superapp.core.garbage_collection import collect_rarely
from superapp.core.infrastructure_errors import DatabaseUnreachable
from superapp.core.operator_command import port as port_number

ANSWER_SECONDS_MAX = 30
STOP_SECONDS_MAX = 20
# A little longer than the proxy keeps a connection, so that the proxy never writes into a closed one.
KEPT_OPEN_SECONDS = 75


class Command(BaseCommand):
    help = (
        "Serve pages and the API on gunicorn's threads. Several processes may run, each on its port, behind the proxy."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=port_number, required=True)

    def handle(self, *_args: Any, host: str, port: int, **_options: Any) -> None:
        lock_timeout.set_lock_timeout()
        Gunicorn(host, port).run()


class Gunicorn(BaseApplication):
    """
    Gunicorn with one worker process.

    The number of processes is in the table of processes, so that each has its port and its metrics. The application
    is made in the worker, after the fork: threads and the pool of database connections do not survive one.
    """

    def __init__(self, host: str, port: int) -> None:
        self._options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": settings.PAGE_THREADS,
            "timeout": ANSWER_SECONDS_MAX,
            "graceful_timeout": STOP_SECONDS_MAX,
            "keepalive": KEPT_OPEN_SECONDS,
            "proc_name": "nusa-pages",
            "control_socket_disable": True,
            "loglevel": "warning",
            "logger_class": Lines,
            "post_worker_init": lambda _worker: _begin(),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()
        try:
            health.run_startup_checks()
        except CommandError as refused:
            # Reported in one line; the master ends too, instead of starting one worker after the other.
            raise AppImportError(f"{refused.__class__.__name__}: {refused}") from None
        except DatabaseUnreachable as unreachable:
            raise AppImportError(f"CommandError: {unreachable}") from None
        return application


def _begin() -> None:
    metrics.serve()
    collect_rarely()


class Lines(Logger):
    """A logger that writes gunicorn's own lines in our format."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
