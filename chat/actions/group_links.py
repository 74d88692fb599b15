"""Links by which people join a group, and requests to be let in where a link asks an admin."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chat.actions.memberships import drop_requests, join_people, tell_of_requests
from chat.errors import AdminsOnly, GroupLinkNotFound, JoinRequestNotFound, LinksUsedUp
from chat.models import Conversation, GroupLink, JoinRequest, Member
from chat.queries.groups import find_link, list_open_links, list_removed
from chat.queries.locking import lock_conversation, lock_group_for_member
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit

TOKEN_BYTES = 16
OPEN_LINKS_MAX = 20
OPEN_LIMIT = RateLimit("chat.group.open", 120, timedelta(hours=1))
JOIN_LIMIT = RateLimit("chat.group.join", 100, timedelta(days=1))
# Coming and going tells everybody in a group each time.
REJOIN_LIMIT = RateLimit("chat.group.rejoin", 5, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Joining:
    """The group that a link leads to, and whether the person is a member now or waits for an admin."""

    conversation: Conversation
    is_member: bool


def make_link(
    *,
    conversation_id: UUID,
    by_user_id: int,
    lasts_for: timedelta | None,
    uses_max: int | None,
    needs_approval: bool,
    now: datetime,
) -> GroupLink:
    """
    Make a link to a group. ``lasts_for`` and ``uses_max`` are None where it is not bounded.

    :raises ConversationNotFound, NotAGroup: if the caller is no member of such a group
    :raises AdminsOnly: if the caller is no admin
    :raises LinksUsedUp: if the group has as many open links as a group may have
    """
    with transaction.atomic():
        conversation = _lock_for_admin(conversation_id, by_user_id)
        if len(list_open_links(conversation, now)) >= OPEN_LINKS_MAX:
            raise LinksUsedUp(links_max=OPEN_LINKS_MAX)
        return GroupLink.objects.create(
            conversation=conversation,
            created_by_id=by_user_id,
            token=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=None if lasts_for is None else now + lasts_for,
            uses_max=uses_max,
            needs_approval=needs_approval,
        )


def revoke_link(*, conversation_id: UUID, by_user_id: int, link: UUID, now: datetime) -> None:
    """
    Revoke a link, and with it the requests that came by it. Idempotent.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: as ``make_link``
    :raises GroupLinkNotFound: if the group has no such link
    """
    with transaction.atomic():
        conversation = _lock_for_admin(conversation_id, by_user_id)
        found = GroupLink.objects.filter(conversation=conversation, public_id=link).first()
        if found is None:
            raise GroupLinkNotFound
        if found.revoked_at is None:
            found.revoked_at = now
            found.save(update_fields=["revoked_at"])
            drop_requests(conversation, JoinRequest.objects.filter(link=found))


def open_link(*, token: str, user_id: int | None, now: datetime) -> GroupLink:
    """
    Return an open link with its group; ``user_id`` is None for a visitor who is not logged in.

    :raises GroupLinkNotFound: if it is unknown, expired, used up or revoked, or an admin removed this person
    :raises RateLimited: after too many look-ups in an hour
    """
    if user_id is not None:
        accounts.consume_rate_limits([(OPEN_LIMIT, f"user:{user_id}")], now=now)
    return view_link(token=token, user_id=user_id, now=now)


def view_link(*, token: str, user_id: int | None, now: datetime) -> GroupLink:
    """
    Return an open link as ``open_link`` does, for what its page shows beside: it is not counted once more.

    :raises GroupLinkNotFound: if it is unknown, expired, used up or revoked, or an admin removed this person
    """
    link = find_link(token)
    if link is None:
        raise GroupLinkNotFound
    _require_open(link, link.conversation, user_id, now)
    return link


def join_by_link(*, token: str, user_id: int, now: datetime) -> Joining:
    """
    Join a group by a link, or ask to be let in where the link says so. Idempotent: who is in uses up nothing.

    :raises GroupLinkNotFound: if it is unknown, expired, used up or revoked, or an admin removed this person
    :raises GroupFull: if the group has no room
    :raises RateLimited: after too many tries in a day
    """
    accounts.consume_rate_limits([(JOIN_LIMIT, f"user:{user_id}")], now=now)
    found = find_link(token)
    if found is None:
        raise GroupLinkNotFound
    with transaction.atomic():
        # The lock serializes all who join: the uses are read after it, and never exceeded.
        conversation = lock_conversation(found.conversation.public_id)
        link = GroupLink.objects.get(pk=found.pk)
        if Member.objects.filter(conversation=conversation, user_id=user_id, until_seq=None).exists():
            return Joining(conversation, is_member=True)
        _require_open(link, conversation, user_id, now)
        accounts.consume_rate_limits([(REJOIN_LIMIT, f"{conversation.pk}:{user_id}")], now=now)
        if link.needs_approval:
            _request, is_new = JoinRequest.objects.get_or_create(
                conversation=conversation, user_id=user_id, defaults={"link": link, "asked_at": now}
            )
            if is_new:
                tell_of_requests(conversation)
            return Joining(conversation, is_member=False)
        _use(link, conversation, user_id)
        join_people(conversation, [user_id], event="member_joined_by_link", actor_id=user_id, now=now)
        return Joining(conversation, is_member=True)


def answer_request(*, conversation_id: UUID, by_user_id: int, user: UUID, accepts: bool, now: datetime) -> None:
    """
    Let a person in who asked, or decline; a declined person is not told.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: as ``make_link``
    :raises JoinRequestNotFound: if that person has not asked, or the link is used up
    :raises GroupFull: if the group has no room
    """
    with transaction.atomic():
        conversation = _lock_for_admin(conversation_id, by_user_id)
        asked = (
            JoinRequest.objects.filter(conversation=conversation, user__public_id=user).select_related("link").first()
        )
        if asked is None:
            raise JoinRequestNotFound
        if not accepts:
            drop_requests(conversation, JoinRequest.objects.filter(pk=asked.pk))
            return
        link = asked.link
        if link.uses_max is not None and link.uses >= link.uses_max:
            raise JoinRequestNotFound
        _use(link, conversation, asked.user_id)
        join_people(conversation, [asked.user_id], event="member_let_in", actor_id=by_user_id, now=now)


def _use(link: GroupLink, conversation: Conversation, user_id: int) -> None:
    """Count a use of a locked link, unless the person was a member before; its last use ends what was asked by it."""
    if Member.objects.filter(conversation=conversation, user_id=user_id).exists():
        return
    link.uses += 1
    link.save(update_fields=["uses"])
    if link.uses == link.uses_max:
        drop_requests(conversation, JoinRequest.objects.filter(link=link))


def _lock_for_admin(conversation_id: UUID, user_id: int) -> Conversation:
    conversation, member = lock_group_for_member(conversation_id, user_id)
    if not member.is_active_admin:
        raise AdminsOnly
    return conversation


def _require_open(link: GroupLink, conversation: Conversation, user_id: int | None, now: datetime) -> None:
    # An empty group cannot be joined. A removed member gets the same answer as for a revoked link.
    if not link.is_open(now) or conversation.group.member_count == 0:
        raise GroupLinkNotFound
    if user_id is not None and list_removed(conversation, [user_id]):
        raise GroupLinkNotFound
