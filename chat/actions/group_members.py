"""Adding, removing and leaving; roles, and the right to write. Each change locks the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chat.actions.group_invitations import invite_people
from chat.actions.memberships import end_membership, join_people, post_group_event, revoke_links_of, store_group
from chat.domain import group_rules
from chat.domain.enums import MemberRole
from chat.errors import (
    AdminsOnly,
    MemberNotFound,
    NobodyPicked,
    OwnerMustHandOver,
    OwnerOnly,
    RemovedByAdmin,
)
from chat.models import Conversation, Group, Member
from chat.queries.groups import find_successor, get_member_by_public_id, list_current_user_ids, list_removed
from chat.queries.locking import lock_group, lock_group_for_member
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit
from superapp.core import change_cursor

ADD_LIMIT = RateLimit("chat.group.add", 200, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class AddedPeople:
    """The public ids of people who were added, and of those who were invited instead."""

    added: tuple[UUID, ...]
    invited: tuple[UUID, ...]


def add_member(*, conversation_id: UUID, by_user_id: int, user_id: int, now: datetime) -> None:
    """
    Add a person to a group. They can see messages from now on. Adding a current member changes nothing.

    No check of contacts is made: a person's own request is ``add_people``.

    :raises ConversationNotFound: if the adding person is not a member
    :raises NotAGroup: if it is no group
    :raises AdminsOnly: if only admins may add people
    :raises RemovedByAdmin: if an admin removed the person, and the adding person is none
    :raises GroupFull: if it has as many members as a group may have
    """
    with transaction.atomic():
        conversation, member = lock_group_for_member(conversation_id, by_user_id)
        _require_adding(conversation.group, member)
        if list_current_user_ids(conversation, [user_id]):
            return
        _let_in(conversation, member, [user_id], event="member_joined", now=now)


def add_people(*, conversation_id: UUID, by_user_id: int, people: Sequence[UUID], now: datetime) -> AddedPeople:
    """
    Add people to a group at a member's request; those who let only contacts add them are invited instead.

    Current members are passed over. Unknown people, and those who blocked the caller, count as invited, so that ids
    cannot be probed.

    :raises ConversationNotFound, NotAGroup, AdminsOnly, RemovedByAdmin, GroupFull: as ``add_member``
    :raises NobodyPicked: if the list is empty
    :raises RateLimited: after too many calls in a day
    """
    accounts.consume_rate_limits([(ADD_LIMIT, f"user:{by_user_id}")], now=now)
    with transaction.atomic():
        conversation, member = lock_group_for_member(conversation_id, by_user_id)
        _require_adding(conversation.group, member)
        if not people:
            raise NobodyPicked
        return admit_people(conversation, member, people, now=now)


def admit_people(conversation: Conversation, member: Member, people: Sequence[UUID], *, now: datetime) -> AddedPeople:
    """Add or invite these people on behalf of a member; the caller holds the lock and has checked the right to add."""
    users = {user.public_id: user.pk for user in accounts.list_users_by_public_id(people)}
    current = set(list_current_user_ids(conversation, list(users.values())))
    missing = [public_id for public_id in dict.fromkeys(people) if users.get(public_id) not in current]
    known = [users[public_id] for public_id in missing if public_id in users]
    addable = accounts.filter_addable_to_groups(member.user_id, known)
    added = [public_id for public_id in missing if users.get(public_id) in addable]
    invited = [public_id for public_id in missing if public_id not in added]
    if added:
        _let_in(conversation, member, [users[one] for one in added], event="members_added", now=now)
    if invited:
        invitees = [users[one] for one in invited if one in users]
        invite_people(conversation, by_user_id=member.user_id, user_ids=invitees, now=now)
    return AddedPeople(tuple(added), tuple(invited))


def _require_adding(group: Group, member: Member) -> None:
    if not group_rules.may(member.role, is_silenced=member.is_silenced, is_admins_only=group.is_adding_admins_only):
        raise AdminsOnly


def _let_in(conversation: Conversation, by: Member, user_ids: Sequence[int], *, event: str, now: datetime) -> None:
    if not by.is_active_admin and list_removed(conversation, user_ids):
        raise RemovedByAdmin
    join_people(conversation, user_ids, event=event, actor_id=by.user_id, now=now)


def leave_group(*, conversation_id: UUID, user_id: int, now: datetime, heir: UUID | None = None) -> None:
    """
    Remove a person from a group at their own request. They can still read the messages up to now.

    An owner who leaves hands over to ``heir``, or else to the oldest admin, or else to the oldest member. Leaving
    twice changes nothing.

    :raises ConversationNotFound: if the person never was a member
    :raises NotAGroup: if it is no group
    :raises MemberNotFound: if ``heir`` is not another member
    """
    with transaction.atomic():
        conversation, member = lock_group(conversation_id, for_user_id=user_id)
        if member.until_seq is not None:
            return
        if member.role == MemberRole.OWNER:
            chosen = get_member_by_public_id(conversation, heir) if heir is not None else None
            if chosen is not None and chosen.pk == member.pk:
                raise MemberNotFound
            successor = chosen or find_successor(conversation, user_id)
            if successor is not None:
                _hand_over(conversation, member, successor, now=now)
        post_group_event(conversation, "member_left", actor_id=user_id, user_id=user_id, now=now)
        end_membership(conversation, member, now=now)
        store_group(conversation, conversation.group, joined=-1)


def remove_member(*, conversation_id: UUID, by_user_id: int, user: UUID, now: datetime) -> None:
    """
    Remove a member from a group. They can still read the messages up to now. Idempotent.

    :raises ConversationNotFound, NotAGroup: if the caller is no member of such a group
    :raises MemberNotFound: if that person never was a member
    :raises AdminsOnly, OwnerOnly: if the caller may not act on that member
    """
    with transaction.atomic():
        conversation, actor = lock_group_for_member(conversation_id, by_user_id)
        if not actor.is_active_admin:
            raise AdminsOnly
        target = get_member_by_public_id(conversation, user, is_current=False)
        if target.until_seq is not None:
            return
        _require_power(actor, target)
        post_group_event(conversation, "member_removed", actor_id=by_user_id, user_id=target.user_id, now=now)
        end_membership(conversation, target, now=now, is_removed=True)
        store_group(conversation, conversation.group, joined=-1)


def set_role(*, conversation_id: UUID, by_user_id: int, user: UUID, role: str, now: datetime) -> None:
    """
    Give a member another role. The role ``owner`` hands the group over; the owner before becomes an admin. Idempotent.

    Admins may make admins and step down, a silenced one the latter alone; whatever else needs the owner. The invite
    links of whoever is no admin any more are revoked.

    :raises ConversationNotFound, NotAGroup: if the caller is no member of such a group
    :raises MemberNotFound: if that person is not a member
    :raises AdminsOnly, OwnerOnly: if the caller may not do this
    :raises OwnerMustHandOver: if the owner would be left without the role
    """
    with transaction.atomic():
        conversation, actor = lock_group_for_member(conversation_id, by_user_id)
        if not group_rules.is_admin(actor.role):
            raise AdminsOnly
        target = get_member_by_public_id(conversation, user)
        if target.role == role:
            return
        is_own = target.pk == actor.pk
        steps_down = is_own and role == MemberRole.MEMBER
        makes_admin = role == MemberRole.ADMIN and target.role == MemberRole.MEMBER
        if actor.is_silenced and not steps_down:
            raise AdminsOnly
        if actor.role != MemberRole.OWNER and not steps_down and not makes_admin:
            raise OwnerOnly
        if target.role == MemberRole.OWNER:
            raise OwnerMustHandOver
        if role == MemberRole.OWNER:
            _hand_over(conversation, actor, target, now=now)
            return
        _store_member(target, role=role, is_silenced=target.is_silenced and role == MemberRole.MEMBER)
        if role == MemberRole.MEMBER:
            revoke_links_of(conversation, target.user_id, now=now)
        event = "admin_made" if role == MemberRole.ADMIN else "admin_unmade"
        post_group_event(conversation, event, actor_id=by_user_id, user_id=target.user_id, now=now)


def set_silenced(*, conversation_id: UUID, by_user_id: int, user: UUID, is_silenced: bool, now: datetime) -> None:
    """
    Take away a member's right to write, or give it back. Idempotent.

    :raises ConversationNotFound, NotAGroup: if the caller is no member of such a group
    :raises MemberNotFound: if that person is not a member
    :raises AdminsOnly, OwnerOnly: if the caller may not act on that member
    """
    with transaction.atomic():
        conversation, actor = lock_group_for_member(conversation_id, by_user_id)
        if not actor.is_active_admin:
            raise AdminsOnly
        target = get_member_by_public_id(conversation, user)
        _require_power(actor, target)
        if target.is_silenced == is_silenced:
            return
        _store_member(target, role=target.role, is_silenced=is_silenced)
        event = "member_silenced" if is_silenced else "member_unsilenced"
        post_group_event(conversation, event, actor_id=by_user_id, user_id=target.user_id, now=now)


def _require_power(actor: Member, target: Member) -> None:
    if actor.pk == target.pk or not group_rules.may_act_on(actor.role, target.role):
        raise OwnerOnly


def _hand_over(conversation: Conversation, owner: Member, heir: Member, *, now: datetime) -> None:
    _store_member(owner, role=MemberRole.ADMIN, is_silenced=False)
    _store_member(heir, role=MemberRole.OWNER, is_silenced=False)
    post_group_event(conversation, "owner_changed", actor_id=owner.user_id, user_id=heir.user_id, now=now)


def _store_member(member: Member, *, role: str, is_silenced: bool) -> None:
    member.role, member.is_silenced = role, is_silenced
    member.changed = change_cursor.current_stamp()
    member.save(update_fields=["role", "is_silenced", "changed"])
