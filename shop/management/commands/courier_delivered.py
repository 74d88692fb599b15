"""``manage.py courier_delivered``: record by hand what a courier that is not connected reported."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from shop import api, errors
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand, refusals


class Command(OperatorCommand):
    help = "Record that a courier has delivered a parcel. Its order then completes automatically after some days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("courier", help="name of the courier, such as JNE, in upper or lower case")
        parser.add_argument("resi", help="tracking number of the parcel")
        parser.add_argument(
            "--evidence", required=True, help="proof of delivery, such as the courier's page and its text"
        )

    def handle(self, *_args: Any, courier: str, resi: str, evidence: str, **_options: Any) -> None:
        if not evidence.strip():
            raise CommandError("argument --evidence: say what shows it.")
        of_number = (resi, "resi", errors.OrderNotFound, errors.ResiContested)
        with refusals({"courier": (courier, "courier"), "resi": of_number}):
            has_moved = api.record_courier_delivery(
                courier=courier, resi=resi, evidence={"said": evidence.strip()}, now=clock.now()
            )
        self.stdout.write("Noted as the courier's word." if has_moved else "Nothing moved: no order waits for it.")
