"""Command ``console_member``: make people members of the operator's console, and change their roles."""

from __future__ import annotations

from io import StringIO
from typing import Any

import segno
from django.core.management.base import CommandParser

from superapp.accounts import api as accounts
from superapp.console import errors
from superapp.console.actions.members import add_member, change_roles
from superapp.console.domain.roles import Role
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand, look_up, refusals


class Command(OperatorCommand):
    help = "Add a member of the operator's console, or change somebody's roles."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        add = steps.add_parser("add", help="add a member with a new secret for one-time codes, which is printed once")
        roles = steps.add_parser("roles", help="change a member's roles, and keep their secret")
        end = steps.add_parser("end", help="end somebody's membership")
        for one in (add, roles, end):
            one.add_argument("--phone", required=True, help="the person's phone number, or their username")
        for one in (add, roles):
            one.add_argument("--roles", required=True, help=f"separated by commas: {', '.join(Role.values)}")

    def handle(self, *_args: Any, step: str, phone: str, roles: str = "", **_options: Any) -> None:
        user = look_up("--phone", phone, accounts.get_user_by_handle_or_phone)
        wanted = [word.strip() for word in roles.split(",") if word.strip()]
        with refusals({"--phone": (phone, errors.MemberNotFound), "--roles": (roles, errors.RolesInvalid)}):
            if step == "add":
                self._print_secret(user.name, add_member(user, wanted, now=clock.now()))
                return
            change_roles(user.pk, wanted, now=clock.now())
        self.stdout.write(f"{user.name}: {', '.join(wanted) or 'no member any more'}.")

    def _print_secret(self, name: str, uri: str) -> None:
        drawn = StringIO()
        segno.make(uri, error="m", micro=False).terminal(drawn, compact=True)
        self.stdout.write(drawn.getvalue())
        self.stdout.write(
            f"{name} reads this code with an authenticator app, or types the secret in. It is not shown again:"
        )
        self.stdout.write(uri)
