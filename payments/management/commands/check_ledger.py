"""Command ``check_ledger``: check the ledger's integrity and report every violation."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from payments.domain.sealed_records import describe_replacement
from payments.maintenance import block_checks, guards, integrity_checks
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Check every invariant of the ledger and all sealed blocks, and list each violation."
        " Exits with 1 if there is any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            help="check only journals posted, and blocks sealed, since this time: 2027-03-01 or 2027-03-01T02:00:00Z",
        )

    def handle(self, *_args: Any, since: datetime | None, **_options: Any) -> None:
        absent = guards.missing(connection)
        now = clock.now()
        findings = integrity_checks.check_integrity(now=now, since=since)
        sealed = block_checks.check_blocks(now=now, since=since)
        findings += sealed.violations
        for guard in absent:
            self.stderr.write(f"missing in the database: {guard}")
        for finding in findings:
            self.stderr.write(str(finding))
        self.stdout.write(
            f"{sealed.journals} sealed journals in {sealed.blocks} blocks were read, {sealed.per_second} a second."
        )
        for replacement in sealed.replacements:
            self.stdout.write(f"Replaced without signature: {describe_replacement(replacement)}.")
        if absent or findings:
            raise CommandError(f"{len(findings)} rows break a rule, {len(absent)} guards are missing.")
        self.stdout.write(f"All {len(integrity_checks.RULES) + 1 + len(block_checks.RULES)} rules hold.")


def moment(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no moment; write 2027-03-01 or 2027-03-01T02:00:00Z") from None
    return parsed if parsed.tzinfo else parsed.astimezone()
