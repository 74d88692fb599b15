"""Words for the subjects that the console itself writes into the audit, and for people."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from superapp.accounts import api as accounts
from superapp.console.domain.desks import find_desk
from superapp.console.domain.proposal_kinds import get_kind
from superapp.console.domain.subject_words import register_subject_words
from superapp.console.models import ConsoleMember, Proposal
from superapp.core import ids


def name_desks(names: Collection[str]) -> dict[str, str]:
    found = {name: find_desk(name) for name in names}
    return {name: str(desk.title) for name, desk in found.items() if desk is not None}


def name_members(names: Collection[str]) -> dict[str, str]:
    numbers = [int(name) for name in names if name.isdecimal()]
    rows = ConsoleMember.objects.filter(pk__in=numbers).select_related("user")
    return {str(row.pk): row.user.name for row in rows}


def name_proposals(names: Collection[str]) -> dict[str, str]:
    """Name proposals by their kind, such as "Proposal: journal by hand"."""
    wanted = [found for name in names if (found := ids.parse_id(name))]
    rows = Proposal.objects.filter(public_id__in=wanted).values_list("public_id", "kind")
    return {str(public_id): _("Proposal: {title}").format(title=get_kind(kind).title) for public_id, kind in rows}


def name_people(names: Collection[str]) -> dict[str, str]:
    wanted = [found for name in names if (found := ids.parse_id(name))]
    return {str(user.public_id): user.name for user in accounts.list_users_by_public_id(wanted)}


for kind, namer in (
    ("desk", name_desks),
    ("member", name_members),
    ("proposal", name_proposals),
    ("user", name_people),
):
    register_subject_words(kind, namer)
