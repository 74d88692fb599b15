"""Desks of the console itself."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from superapp.console.domain.desks import Desk, register_desk
from superapp.console.domain.roles import Role
from superapp.console.queries.proposals import count_open_proposals

PROPOSALS = Desk(
    "console.proposals",
    pgettext_lazy("desk", "Proposals"),
    "console:proposals",
    frozenset({Role.FINANCE, Role.SUPPORT, Role.ADMIN}),
    badge=count_open_proposals,
)
MEMBERS = Desk(
    "console.members", pgettext_lazy("desk", "Members"), "console:members", frozenset({Role.ADMIN}), icon="users-round"
)
AUDIT = Desk("console.audit", pgettext_lazy("desk", "Audit"), "console:audit", frozenset({Role.AUDITOR}), icon="eye")

for desk in (PROPOSALS, MEMBERS, AUDIT):
    register_desk(desk)
