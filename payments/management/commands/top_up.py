"""Command ``top_up``: credit cash received at the counter to a wallet, with two operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from payments import api, errors, queries
from superapp.accounts import api as accounts
from superapp.core import clock, money
from superapp.core.operator_command import OperatorCommand, look_up, refusals


class Command(OperatorCommand):
    help = "Request, list, approve or reject a top-up. It takes two operators."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        ask = steps.add_parser("ask", help="request a top-up, as the first operator")
        ask.add_argument("person", help="handle or phone number of the wallet's owner")
        ask.add_argument("amount", help="amount, such as Rp250.000")
        ask.add_argument("reason", help="reason, such as the number of the deposit slip")
        ask.add_argument("--by", required=True, help="the operator's username or phone number")
        steps.add_parser("list", help="list the top-ups that wait for a second operator")
        for name in ("approve", "reject"):
            decide = steps.add_parser(name, help=f"{name} a top-up, as the second operator")
            decide.add_argument("id", type=UUID)
            decide.add_argument("--by", required=True, help="the operator's username or phone number")

    def handle(self, *_args: Any, step: str, **options: Any) -> None:
        arguments: dict[str, tuple[Any, ...]] = {
            "--by": (options.get("by"), errors.OperatorsOnly, errors.TwoPersonsNeeded),
            "id": (options.get("id"), errors.TopUpNotFound),
            "reason": (options.get("reason"), "reason", errors.TopUpWaits),
        }
        with refusals(arguments):
            getattr(self, step)(**options)

    def ask(self, *, person: str, amount: str, reason: str, by: str, **_options: Any) -> None:
        user, rupiah = (
            look_up("person", person, accounts.get_user_by_handle_or_phone),
            look_up("amount", amount, money.parse),
        )
        asked = api.request_top_up(
            user_id=user.pk, amount=rupiah, reason=reason, maker_id=operator_id(by), now=clock.now()
        )
        # Details for the clerk go to stderr; stdout holds only the id, for scripts.
        number = accounts.get_formatted_phone_number(user.pk)
        self.stderr.write(f"{money.Money(asked.amount, asked.asset)} for {user.name}, {number}. To approve:")
        self.stdout.write(str(asked.public_id))

    def list(self, **_options: Any) -> None:
        for row in queries.list_pending_top_ups():
            self.stdout.write(
                f"{row.public_id}  {money.Money(row.amount, row.asset)}  {row.user}  asked by {row.maker}: {row.reason}"
            )

    def approve(self, *, id: UUID, by: str, **_options: Any) -> None:  # noqa: A002  # The name of the argument.
        answer = api.approve_top_up(top_up=id, checker_id=operator_id(by), now=clock.now())
        if isinstance(answer, api.Refused):
            raise answer.error()
        self.stdout.write(f"Posted as {answer.public_id}.")

    def reject(self, *, id: UUID, by: str, **_options: Any) -> None:  # noqa: A002
        api.reject_top_up(top_up=id, checker_id=operator_id(by), now=clock.now())
        self.stdout.write("Rejected.")


def operator_id(by: str) -> int:
    """Return the user id of an operator's handle, written with or without the @."""
    return look_up("--by", by, accounts.get_user_by_handle_or_phone).pk
