"""Members of the console in the world that outsiders attack, and what they have proposed."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts import api as accounts
from superapp.accounts.models import Device
from superapp.console.actions.members import add_member
from superapp.console.actions.proposals import propose
from superapp.console.actions.role_changes import ROLES
from superapp.console.contracts import Member
from superapp.console.domain.roles import Role
from superapp.console.models import ConsoleMember
from tests.harness.socket_client import log_in


def make(now: datetime) -> tuple[Device, dict[str, str]]:
    """Make two members with every role; return the device of the first, and a proposal of theirs by its aim."""
    operator, second = (accounts.create_person(name=name, now=now) for name in ("Petugas", "Petugas kedua"))
    for user in (operator, second):
        add_member(user, Role.values, now=now)
    row = ConsoleMember.objects.get(user=operator)
    maker = Member(id=row.pk, user_id=operator.pk, name=operator.name, roles=frozenset(row.roles))
    payload: dict[str, str | int | None] = {"user": second.pk, "roles": "auditor"}
    made = propose(kind=ROLES, payload=payload, reason="rahasia-usulan", maker=maker, now=now)
    return log_in(operator, now), {"open": str(made)}
