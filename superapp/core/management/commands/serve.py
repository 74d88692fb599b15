"""``manage.py serve``: run the whole product in one process."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from superapp.core import clock, embedded, health, jobs, metrics, scheduler
from superapp.core.child_process import ChildProcess
from superapp.core.operator_command import port as port_number
from superapp.parcel_settings import simulated_couriers

LOCALHOST = "127.0.0.1"


def follow_port(port: int) -> None:
    """Let links and QR codes name the port that ``--port`` chose, unless the operator set ``PUBLIC_URL``."""
    if f"http://localhost:{settings.PORT}" == settings.PUBLIC_URL:
        settings.PUBLIC_URL = f"http://localhost:{port}"
        settings.CSRF_TRUSTED_ORIGINS = [settings.PUBLIC_URL]


def follow_bank(port: int) -> None:
    """Move the simulated bank along with the port that ``--port`` chose, so that two instances have one each."""
    if settings.SIMULATED_BANK and f"http://{LOCALHOST}:{settings.SIMULATED_BANK_PORT}" == settings.BANK_URL:
        settings.SIMULATED_BANK_PORT += port - settings.PORT
        settings.BANK_URL = f"http://{LOCALHOST}:{settings.SIMULATED_BANK_PORT}"


def follow_courier(port: int) -> None:
    """Move the simulated courier along with the port that ``--port`` chose, as the bank."""
    if settings.SIMULATED_COURIER and simulated_couriers(settings.SIMULATED_COURIER_PORT) == settings.COURIERS:
        settings.SIMULATED_COURIER_PORT += port - settings.PORT
        settings.COURIERS = simulated_couriers(settings.SIMULATED_COURIER_PORT)


def start_simulators(port: int) -> ChildProcess | None:
    """Start what is simulated, as one process beside this server, which answers on this port; None if nothing is."""
    options = [f"--client-url=http://{LOCALHOST}:{port}"]
    if settings.SIMULATED_BANK:
        options += [f"--bank-port={settings.SIMULATED_BANK_PORT}", f"--bank-directory={settings.BANK_DIRECTORY}"]
    if settings.SIMULATED_COURIER:
        options.append(f"--courier-port={settings.SIMULATED_COURIER_PORT}")
        options.append(f"--courier-directory={settings.COURIER_DIRECTORY}")
    if len(options) == 1:
        return None
    simulators = ChildProcess("simulators", options, directory=settings.BASE_DIR)
    simulators.start()
    return simulators


class Command(BaseCommand):
    help = "Serve everything from one process: pages, API, WebSockets, periodic tasks and jobs."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=settings.PORT)
        parser.add_argument(
            "--demo-if-empty", action="store_true", help="Create the demo data first if nobody is registered yet."
        )
        parser.add_argument(
            "--host", default=settings.HOST, help="address to bind; 0.0.0.0 accepts connections from other machines"
        )

    def handle(self, *_args: Any, port: int, host: str, demo_if_empty: bool = False, **_options: Any) -> None:
        if settings.SERVED:
            raise CommandError("With DATABASE_URL set, several processes serve this instance: manage.py serve_all")
        try:
            held = embedded.lock_data_directory(settings.VAR_DIR)
        except embedded.AnotherServerRunning as other:
            raise CommandError(str(other)) from None
        follow_port(port)
        follow_bank(port)
        follow_courier(port)
        with held:
            embedded.migrate(self._say)
            embedded.say_warnings(self._say)
            health.run_startup_checks()
            embedded.collect_static_apart(self._say)
            if demo_if_empty:
                call_command("demo", if_empty=True, stdout=self.stdout)
                connection.close()
            self._serve(port=port, host=host)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _serve(self, *, port: int, host: str) -> None:
        # Imported after the static files are collected: whitenoise reads them when the application is made.
        asgi = import_module("superapp.asgi")
        from superapp.core import daphne_server

        metrics.serve()
        metrics.collect_database_metrics()
        pool = jobs.JobThreadPool(settings.JOB_THREADS)
        jobs.set_dispatcher(pool.carry)
        jobs.requeue_all_running(clock.now())
        loop = scheduler.SchedulerLoop()
        worker = threading.Thread(target=loop.run, name="work")
        worker.start()
        simulators = start_simulators(port)
        try:
            listened = daphne_server.run(
                asgi.application, host=host, port=port, drain=asgi.drain, ready=lambda: self._say_where(port)
            )
        finally:
            if simulators is not None:
                simulators.stop()
            loop.stop()
            worker.join()
            pool.stop()
            asgi.pages.leave()
        if not listened:
            raise CommandError(f"Port {port} is taken by another program; choose another with --port or PORT.")

    def _say_where(self, port: int) -> None:
        address = settings.PUBLIC_URL if port == settings.PORT else f"http://localhost:{port}"
        self.stdout.write(f"\n  {settings.BRAND_NAME} is at {address}\n")
        self.stdout.write("  Log in with any phone number. The code appears here and at\n")
        self.stdout.write(f"  {address}/masuk/kotak-sms/\n\n")
        self.stdout.flush()
