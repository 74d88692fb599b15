"""Command ``fee_rule``: list the fee rules, and add one that counts from a later date on."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments import errors, queries
from payments.actions.fee_rules import NewFeeRule, add_fee_rule
from payments.domain.fees import FeeChannel
from payments.domain.qris import Criteria
from payments.management.commands.top_up import operator_id
from payments.models import FeeRule
from superapp.core import clock, money
from superapp.core.operator_command import OperatorCommand, look_up, refusals

FIELDS = ("name", "channel", "basis_points", "criteria", "category", "amount", "valid_from", "valid_until", "reason")


class Command(OperatorCommand):
    help = "List the fee rules, or add one. Rules are never changed: a later one counts from its date on."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("list", help="list all rules, oldest first")
        add = steps.add_parser("add", help="add a rule")
        add.add_argument("name", help="name of the account that the fee is credited to, such as micro")
        add.add_argument("channel", choices=[one.value for one in FeeChannel])
        add.add_argument("basis_points", type=int, help="fee in hundredths of a percent: 70 is 0.7 %%")
        add.add_argument("valid_from", type=moment, help="when it begins, such as 2027-01-01 or 2027-01-01T08:00")
        add.add_argument("reason", help="reason, such as the number of the regulation")
        add.add_argument("--by", required=True, help="the operator's handle")
        add.add_argument("--criteria", default="", choices=["", *(one.value for one in Criteria)])
        add.add_argument("--category", default="0000-9999", help="merchant category codes, such as 8211-8299")
        add.add_argument("--above", default="0", help="amounts above this, such as Rp500.000")
        add.add_argument("--up-to", help="amounts up to and with this")
        add.add_argument("--valid-until", type=moment, help="when it ends; without it, a later rule ends it")

    def handle(self, *_args: Any, step: str, **options: Any) -> None:
        if step == "list":
            for row in queries.list_fee_rules():
                self.stdout.write(describe(row))
            return
        by, field_values = options["by"], {name: options.get(name) for name in FIELDS}
        arguments = {name: (value, name) for name, value in field_values.items()}
        with refusals({"--by": (by, errors.OperatorsOnly), **arguments}):
            self.add(**options)

    def add(self, *, by: str, above: str, up_to: str | None, category: str, **options: Any) -> None:
        first, _, last = category.partition("-")
        rule = NewFeeRule(
            amount_above=look_up("--above", above, money.parse),
            amount_up_to=look_up("--up-to", up_to, money.parse) if up_to else None,
            category_from=first,
            category_to=last or first,
            **{name: options[name] for name in FIELDS if name in options and name not in ("category", "amount")},
        )
        self.stdout.write(describe(add_fee_rule(rule, operator_id=operator_id(by), now=clock.now())))


def describe(row: FeeRule) -> str:
    """Return a rule in one line."""
    up_to = "" if row.amount_up_to is None else f" up to {money.Money(row.amount_up_to)}"
    until = "" if row.valid_until is None else f" until {clock.to_wire(row.valid_until)}"
    return (
        f"{row.pk}  {row.name}  {row.channel}  {row.criteria or 'any'}  {row.category_from}-{row.category_to}"
        f"  above {money.Money(row.amount_above)}{up_to}  {row.basis_points} bp"
        f"  from {clock.to_wire(row.valid_from)}{until}  {row.reason}"
    )


def moment(text: str) -> datetime:
    """
    Parse a date or a moment, in the time zone of the instance where it names none.

    :raises ArgumentTypeError: if it is neither
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no date") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.get_default_timezone())
