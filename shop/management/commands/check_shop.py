"""``manage.py check_shop``: check the integrity of products, stock, orders and escrow, and print the violations."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import connection

from shop.maintenance import guards, integrity_checks
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Check stock against its moves, orders against their events, counters against rows, and escrow against"
        " unfinished orders, and list each violation. Exits with 1 if there is any."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        absent = guards.missing(connection)
        findings = integrity_checks.check_integrity(now=clock.now())
        for guard in absent:
            self.stderr.write(f"missing in the database: {guard}")
        for finding in findings:
            self.stderr.write(str(finding))
        if absent or findings:
            raise CommandError(f"{len(findings)} rows break a rule, {len(absent)} guards are missing.")
        self.stdout.write(f"All {len(integrity_checks.RULES) + 2} rules hold.")
