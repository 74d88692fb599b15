"""``manage.py install_guards``: put every guard of the ledger back in place."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from payments import guards


class Command(BaseCommand):
    help = "Put every guard of the ledger in place, as it must be. Doing it again changes nothing."
    # It must run exactly when the checks fail.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        absent = guards.missing(connection)
        guards.install(connection)
        self.stdout.write(f"Put back: {', '.join(absent)}." if absent else "Everything was in place.")
