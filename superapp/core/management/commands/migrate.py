"""``manage.py migrate``: Django's command, run by one process at a time, and never on a database of newer code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from superapp.core import reference_data, schema_version
from superapp.core.schema_version import WAIT_SECONDS_MAX


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--wait-seconds",
            type=float,
            default=WAIT_SECONDS_MAX,
            help="How long to wait in seconds while another process migrates (default: %(default)s).",
        )

    def execute(self, *args: Any, wait_seconds: float = WAIT_SECONDS_MAX, **options: Any) -> str | None:
        # The lock includes the checks, which look at guards that another process may be installing.
        with schema_version.migrating(seconds_max=wait_seconds, on_wait=self._say_waiting):
            # Inside the lock: migrations that the other process applied are seen, and nothing is left to do.
            schema_version.require_not_newer(connection)
            said = super().execute(*args, **options)
            writes = not (options.get("plan") or options.get("check_unapplied"))
            # Not after a step back: its tables may not be there.
            if writes and not schema_version.missing_migrations(connection):
                reference_data.load_all()
            return said

    def _say_waiting(self) -> None:
        self.stderr.write("Another process is migrating this database; waiting until it is done.")
