"""``manage.py run_jobs``: run a Celery worker for jobs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from superapp.core import health, metrics


class Command(BaseCommand):
    help = "Run Celery jobs until stopped. Several processes may run."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.SERVED:
            raise CommandError("Embedded, `manage.py serve` runs the jobs itself.")
        health.run_startup_checks()
        metrics.serve()
        # Threads: a job mostly waits or runs C code, and one process has one set of metrics.
        arguments = [
            "--quiet",
            "worker",
            "--pool=threads",
            f"--concurrency={settings.JOB_THREADS}",
            "--loglevel=WARNING",
        ]
        import_module("superapp.celery").app.worker_main(
            [*arguments, "--without-gossip", "--without-mingle", "--hostname=jobs-%i@%h"]
        )
