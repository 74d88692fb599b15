"""Command ``make_operator``: grant or revoke the operator role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from superapp.accounts import api
from superapp.core.errors import DomainError
from superapp.core.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = "Grant a person with an account the operator role: top-ups, and orders under review."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="a username or a phone number")
        parser.add_argument("--end", action="store_true", help="revoke the role; earlier decisions stay")

    def handle(self, *_args: Any, person: str, end: bool, **_options: Any) -> None:
        try:
            user = api.get_user_by_handle_or_phone(person)
        except DomainError:
            raise CommandError(f"argument person: '{person}': nobody here has the username or the number.") from None
        if end:
            api.revoke_operator(user_id=user.pk)
            self.stdout.write(f"{user.name} is no operator any more.")
        else:
            api.grant_operator(user_id=user.pk)
            self.stdout.write(f"{user.name} is an operator.")
