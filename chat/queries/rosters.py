"""Queries for the members of a conversation as other parts of the product need them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from chat.domain import group_rules
from chat.domain.enums import ConversationKind
from chat.errors import ConversationNotFound
from chat.models import Conversation, Member
from chat.queries.members import fetch_current_membership
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow

GROUPS_MAX = 100


@dataclass(frozen=True, slots=True)
class Roster:
    """
    A conversation of people: its name for one of them, and how many members it has beside them.

    ``may_write`` is whether this one may post in it; cards are posted without that being checked again.
    """

    title: str
    others: int
    is_group: bool
    may_write: bool = True
    # The other members of a group, by user id.
    other_ids: tuple[int, ...] = ()
    # The other person of two; of a group, the id of its picture.
    person: PersonRow | None = None
    picture: UUID | None = None


def fetch_roster(conversation_id: UUID, user_id: int) -> Roster:
    """
    Return the roster of a direct conversation or a group for one of its members.

    ``others`` of a direct conversation is 0 unless the two are contacts and neither has blocked the other.

    :raises ConversationNotFound: for an outsider, one's own notes and the conversation with a shop
    """
    member = fetch_current_membership(conversation_id, user_id)
    conversation = member.conversation
    if conversation.kind == ConversationKind.SELF or conversation.face_id is not None:
        raise ConversationNotFound
    others = set(_current_member_ids(conversation)) - {user_id}
    if conversation.kind == ConversationKind.GROUP:
        return _group_roster(member, len(others), other_ids=tuple(sorted(others)))
    person = next(iter(accounts.get_people(others).values()), None)
    contacts = [peer_id for peer_id in others if accounts.are_contacts(user_id, peer_id)]
    return Roster(person["name"] if person else "", len(contacts), is_group=False, person=person)


def list_groups_to_post_in(user_id: int) -> dict[UUID, Roster]:
    """
    Return the groups in which a person may post to others, the one that changed last first, in one query.

    Archived and hidden ones are among them. They are at most ``GROUPS_MAX``, without ``other_ids``, which may be a
    thousand in each.
    """
    # As `group_rules.may` has it, so that groups in which nothing may be posted push out none of the others.
    may_post = Q(is_silenced=False) & (Q(conversation__is_admins_only=False) | Q(role__in=group_rules.ADMIN_ROLES))
    present = Member.objects.filter(
        may_post,
        user_id=user_id,
        until_seq=None,
        conversation__kind=ConversationKind.GROUP,
        conversation__group__member_count__gt=1,
    )
    ordered = present.select_related("conversation__group").order_by("-conversation__changed", "-conversation_id")
    return {
        one.conversation.public_id: _group_roster(one, one.conversation.group.member_count - 1)
        for one in ordered[:GROUPS_MAX]
    }


def filter_current_members(conversation_id: UUID, user_ids: Collection[int]) -> set[int]:
    """Return those of these people who are members now, in one query. No permission is checked."""
    present = Member.objects.filter(conversation__public_id=conversation_id, user_id__in=set(user_ids), until_seq=None)
    return set(present.values_list("user_id", flat=True))


def _current_member_ids(conversation: Conversation) -> list[int]:
    return list(Member.objects.filter(conversation=conversation, until_seq=None).values_list("user_id", flat=True))


def _group_roster(member: Member, others: int, *, other_ids: tuple[int, ...] = ()) -> Roster:
    conversation = member.conversation
    return Roster(
        conversation.title,
        others,
        is_group=True,
        may_write=group_rules.may(
            member.role, is_silenced=member.is_silenced, is_admins_only=conversation.is_admins_only
        ),
        other_ids=other_ids,
        picture=conversation.group.picture,
    )
