"""Members of the console, as the operator of the machine adds and changes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from superapp.accounts import api as accounts
from superapp.console import queries
from superapp.console.actions.audit import record
from superapp.console.actions.role_changes import assign_roles
from superapp.console.domain import one_time_codes
from superapp.console.domain.roles import parse_roles
from superapp.console.models import ConsoleMember


def add_member(user: accounts.User, roles: Collection[str], *, now: datetime) -> str:
    """
    Make a person a member of the console with these roles, or a member again, with a new secret.

    Returns the ``otpauth:`` address of the secret, which is shown this once.

    :raises RolesInvalid: if a role is unknown
    """
    wanted, secret = parse_roles(roles), one_time_codes.make_secret()
    with transaction.atomic():
        accounts.lock_people({user.pk})
        row, _is_new = ConsoleMember.objects.update_or_create(
            user=user,
            defaults={"secret": one_time_codes.seal(secret), "is_active": True, "last_step": 0},
            create_defaults={"secret": one_time_codes.seal(secret), "added_at": now},
        )
        assign_roles(row, wanted, now=now)
        record(member=None, action="member_added", subject=f"member:{row.pk}", detail=", ".join(wanted), now=now)
    return one_time_codes.make_uri(secret, name=user.name)


def change_roles(user_id: int, roles: Collection[str], *, now: datetime) -> None:
    """
    Change a member's roles, by command; without any the person is a member no more.

    Raises MemberNotFound, RolesInvalid.
    """
    wanted = parse_roles(roles)
    with transaction.atomic():
        accounts.lock_people({user_id})
        row = queries.get_member_of_user(user_id)
        assign_roles(row, wanted, now=now)
        record(member=None, action="roles_changed", subject=f"member:{row.pk}", detail=", ".join(wanted), now=now)
