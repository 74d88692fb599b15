"""Command ``export_ledger``: write the whole ledger to standard output as a beancount file."""

from __future__ import annotations

from typing import Any

from payments.queries import statements
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = "Export the whole ledger as a beancount file, which bean-check can verify independently."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for line in statements.stream_whole_ledger():
            self.stdout.write(line, ending="")
