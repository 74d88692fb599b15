"""``manage.py install_guards``: install all database guards."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from superapp.core import guards, schema_version


class Command(BaseCommand):
    help = "Install every database guard, and repair altered ones. A newer database is left alone."
    # The command is needed when the checks fail.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        # Guards of an older version accept rows that those of a newer one refuse.
        schema_version.require_not_newer(connection)
        absent = guards.find_missing(connection)
        for catalogue in guards.catalogs.values():
            catalogue.install(connection)
        self.stdout.write(f"Put back: {', '.join(absent)}." if absent else "Everything was in place.")
