"""Command ``reconcile``: compare a day of the ledger with the bank's history and its statement."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.actions.bank_statements import store_statement
from payments.errors import StatementInvalid
from payments.maintenance.reconciling import collect_and_reconcile
from payments.models import ReconciledDay, ReconciliationBreak
from payments.queries import reconciliation as rows
from superapp.core import clock
from superapp.core.money import Money
from superapp.core.operator_command import OperatorCommand, refusals


class Command(OperatorCommand):
    help = (
        "Compare a day with the bank, and list every difference that is open. Exits with 1 if there is any. It asks the"
        " bank for its history and, where it lays them ready, for its statement."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=day_of_bank, required=True, help="day of the bank, such as 2027-03-01")
        parser.add_argument("--statement", type=Path, help="the bank's statement of that day, as CSV")

    def handle(self, *_args: Any, day: date, statement: Path | None, **_options: Any) -> None:
        now = clock.now()
        if statement is not None:
            try:
                with statement.open("rb") as file, refusals({"--statement": (statement, StatementInvalid)}):
                    store_statement(file, day=day, uploaded_by_id=None, now=now)
            except OSError as error:
                raise CommandError(f"argument --statement: '{statement}': {error.strerror}") from None
        found, problems = collect_and_reconcile(day, now=now)
        for problem in problems:
            self.stderr.write(problem)
        self._report(found)
        open_breaks = [row for row in rows.list_breaks_of(day) if row.state == ReconciliationBreak.State.OPEN]
        for row in open_breaks:
            self.stdout.write(
                f"{row.kind}  {row.reference}  ledger {_words(row.ledger_amount)},"
                f" history {_words(row.history_amount)}, statement {_words(row.statement_amount)}"
            )
        if open_breaks or found.unlisted_count:
            raise CommandError(f"{len(open_breaks) + found.unlisted_count} differences are open.")

    def _report(self, found: ReconciledDay) -> None:
        for name, count, amount in (
            ("ledger", found.ledger_count, found.ledger_sum),
            ("history", found.history_count, found.history_sum),
            ("statement", found.statement_count, found.statement_sum),
        ):
            told = "not there" if count is None else f"{count} movements, together {_words(amount)}"
            self.stdout.write(f"{name}: {told}")
        self.stdout.write(f"{found.agreed_count} agree. What is newer than a quarter of an hour is compared later.")


def day_of_bank(text: str) -> date:
    """
    Parse a day, for argparse.

    :raises ArgumentTypeError: if it is none
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no day; write 2027-03-01") from None


def _words(amount: int | None) -> str:
    return "nothing" if amount is None else str(Money(amount))
