"""Roles of members, and the proposal that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from superapp.accounts import api as accounts
from superapp.console import queries
from superapp.console.contracts import role_words
from superapp.console.domain.proposal_kinds import Approval, Fact, Payload, ProposalKind, register_proposal_kind
from superapp.console.domain.roles import Role, parse_roles
from superapp.console.errors import RolesInvalid
from superapp.console.models import ConsoleMember, ConsoleSession

ROLES = "console.roles"


def assign_roles(member: ConsoleMember, roles: Sequence[str], *, now: datetime) -> None:
    """
    Give a member exactly these roles, in the caller's transaction; without any, they are a member no more.

    Their sessions end. Finance is the role that payments calls an operator.
    """
    member.roles, member.is_active = list(roles), bool(roles)
    member.save(update_fields=["roles", "is_active"])
    ConsoleSession.objects.filter(member=member, ended_at=None).update(ended_at=now)
    set_operator = accounts.grant_operator if Role.FINANCE in roles else accounts.revoke_operator
    set_operator(user_id=member.user_id)


def _describe(payload: Payload) -> list[Fact]:
    member = queries.get_member_of_user(int(payload["user"] or 0))
    return [
        (_("Member"), member.user.name),
        (_("Roles now"), role_words(member.roles) or _("none")),
        (_("Roles then"), role_words(_roles_in(payload)) or _("none: leaves the console")),
    ]


def _validate(payload: Payload) -> None:
    queries.get_member_of_user(int(payload["user"] or 0))
    parse_roles(_roles_in(payload))


def _execute(payload: Payload, approval: Approval) -> str:
    member = queries.get_member_of_user(int(payload["user"] or 0))
    accounts.lock_people({member.user_id})
    if not member.is_active:
        # Somebody who left comes back with a new secret, by the command.
        raise RolesInvalid(roles=_("none"))
    assign_roles(member, parse_roles(_roles_in(payload)), now=approval.now)
    return _("Changed.")


def _roles_in(payload: Payload) -> list[str]:
    return str(payload["roles"] or "").split()


register_proposal_kind(
    ProposalKind(
        ROLES,
        pgettext_lazy("proposal", "Change of roles"),
        frozenset({Role.ADMIN}),
        describe=_describe,
        validate=_validate,
        execute=_execute,
    )
)
