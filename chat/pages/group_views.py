"""Groups as their templates read them: members with what may be done to them, and people to be picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.contracts import MemberRow, SummaryRow
from chat.domain import group_rules
from chat.domain.enums import MemberRole
from chat.errors import TooManyPicked
from chat.models import Member
from chat.pages.event_sentences import name_of
from chat.queries.group_lists import fetch_members_page
from chat.queries.groups import count_requests
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow

MEMBERS_SHOWN = 50
# A search of members is shown where there are more than this.
SEARCHED_FROM = 20
ROLE_LABELS: dict[str, str | Promise] = {MemberRole.OWNER: _("Owner"), MemberRole.ADMIN: _("Admin")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member in the list; ``may`` are the deeds that the reader may do to them."""

    person: PersonRow
    role: str | Promise
    is_silenced: bool
    is_own: bool
    # Whether the reader may write to them, to whom their row leads then.
    is_messageable: bool
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMembersView:
    """A page of members, and what the reader may do in the group."""

    members: Sequence[MemberView]
    more: str | None
    search: str
    is_searched: bool
    may_add: bool
    may_change: bool
    is_admin: bool
    is_owner: bool
    # How many people wait to be let in; 0 for whoever may not let them in.
    requests: int


def list_member_names(summary: SummaryRow, my_id: str) -> str:
    """Return the names of a group's listed members in one line; empty for other conversations."""
    if summary.kind != "group":
        return ""
    names = (
        gettext("You") if member.user == my_id else name_of(member.user, summary.people) for member in summary.members
    )
    return ", ".join(names)


def build_members(member: Member, *, search: str, after: str | None) -> GroupMembersView:
    """Build the members of a group for one of them; ``conversation__group`` has to be loaded."""
    conversation = member.conversation
    page = fetch_members_page(conversation.public_id, member.user_id, search=search, after=after, limit=MEMBERS_SHOWN)
    own_id = str(member.user.public_id)
    people = {person["id"]: person for person in page.people}
    is_admin = member.is_active_admin
    messageable = _list_messageable(member.user_id, [row.user for row in page.rows])
    return GroupMembersView(
        members=[
            MemberView(
                person=people[row.user],
                role=ROLE_LABELS.get(row.role, ""),
                is_silenced=row.silenced,
                is_own=row.user == own_id,
                is_messageable=row.user in messageable,
                may=_list_deeds(member, row, is_own=row.user == own_id),
            )
            for row in page.rows
        ],
        more=page.next,
        search=search,
        is_searched=bool(search) or conversation.group.member_count > SEARCHED_FROM,
        may_add=_may(member, conversation.group.is_adding_admins_only),
        may_change=_may(member, conversation.group.is_changing_admins_only),
        is_admin=is_admin,
        is_owner=member.role == MemberRole.OWNER,
        requests=count_requests(conversation) if is_admin else 0,
    )


def _list_messageable(user_id: int, public_ids: Sequence[str]) -> set[str]:
    """Return those of these people, by public id, with whom a person may talk alone."""
    users = accounts.list_users_by_public_id([UUID(one) for one in public_ids])
    refused = accounts.find_forbidden_pairs({(user_id, user.pk) for user in users})
    return {str(user.public_id) for user in users if (user_id, user.pk) not in refused}


def _may(member: Member, is_admins_only: bool) -> bool:
    return group_rules.may(member.role, is_silenced=member.is_silenced, is_admins_only=is_admins_only)


def _list_deeds(member: Member, row: MemberRow, *, is_own: bool) -> tuple[str, ...]:
    """List what a member may do to another one, in the order of a menu."""
    if is_own or not member.is_active_admin:
        return ()
    deeds = []
    if row.role == MemberRole.MEMBER:
        deeds.append("make_admin")
    if member.role == MemberRole.OWNER:
        deeds += ["dismiss_admin"] * (row.role == MemberRole.ADMIN) + ["hand_over"]
    if group_rules.may_act_on(member.role, row.role):
        deeds += ["unmute" if row.silenced else "mute", "remove"]
    return tuple(deeds)


def parse_people(values: Sequence[str]) -> list[UUID]:
    """
    Return the ids that a form of picked people has; what is no id is passed over.

    :raises TooManyPicked: if there are more than may be added at once
    """
    if len(values) > group_rules.ADDED_AT_ONCE_MAX:
        raise TooManyPicked(people_max=group_rules.ADDED_AT_ONCE_MAX)
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
