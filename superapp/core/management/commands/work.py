"""``manage.py work``: run the scheduler, which delivers events and runs periodic tasks."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from superapp.core import health, metrics, scheduler
from superapp.core.garbage_collection import collect_rarely


class Command(BaseCommand):
    help = "Deliver facts and run periodic tasks until stopped. Several processes may run."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        health.run_startup_checks()
        metrics.serve()
        metrics.collect_database_metrics()
        loop = scheduler.SchedulerLoop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: loop.stop())
        collect_rarely()
        loop.run()
