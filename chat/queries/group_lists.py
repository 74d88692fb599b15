"""Lists of groups as rows of the wire: members, receivers of a message, invitations, links and requests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chat.contracts import (
    GroupInvitationRow,
    GroupLinkRow,
    JoinRequestRow,
    MembersPage,
    ReaderRow,
    ReadersPage,
)
from chat.domain.enums import ConversationKind
from chat.errors import AdminsOnly, MessageNotYours, NotAGroup
from chat.models import Member
from chat.queries import groups
from chat.queries.members import fetch_current_membership
from chat.queries.messages import fetch_message
from chat.queries.row_builders import link_row, member_row
from superapp.accounts import api as accounts
from superapp.core import clock


def fetch_members_page(
    conversation_id: UUID, user_id: int, *, search: str, after: str | None, limit: int
) -> MembersPage:
    """
    Fetch a page of the members of a conversation: owner, admins, then the others, each by name.

    :raises ConversationNotFound: if the person is not a member
    :raises InputInvalid: if ``after`` is no ``next`` of a page before
    """
    member = fetch_current_membership(conversation_id, user_id)
    found, following = groups.page_members(member.conversation, search=search.strip(), after=after, limit=limit)
    return MembersPage(
        rows=[member_row(one) for one in found],
        people=[accounts.serialize_person(one.user) for one in found],
        next=following,
    )


def fetch_readers_page(conversation_id: UUID, user_id: int, *, seq: int, after: str | None = None) -> ReadersPage:
    """
    Fetch who read the person's own message and who received it, with the counts of all.

    :raises ConversationNotFound: if the person is not a member
    :raises MessageNotFound: if the person cannot see the message
    :raises MessageNotYours: if somebody else wrote it
    :raises InputInvalid: if ``after`` is no ``next`` of a page before
    """
    member = fetch_current_membership(conversation_id, user_id)
    message = fetch_message(member.conversation, member, seq)
    if message.sender_id != user_id:
        raise MessageNotYours
    read, delivered, total = groups.count_receivers(member.conversation, seq=seq, sender_id=user_id)
    found, following = groups.page_receivers(member.conversation, seq=seq, sender_id=user_id, after=after)
    return ReadersPage(
        read=read,
        delivered=delivered,
        total=total,
        rows=[ReaderRow(user=str(one.user.public_id), state=_state(one, seq)) for one in found],
        people=[accounts.serialize_person(one.user) for one in found],
        next=following,
    )


def _state(member: Member, seq: int) -> str:
    if member.read_seq >= seq:
        return "read"
    return "delivered" if member.delivered_seq >= seq else "sent"


def list_invitation_rows(user_id: int) -> list[GroupInvitationRow]:
    """List the groups that a person is invited to and has not answered, newest first."""
    return [
        GroupInvitationRow(
            conversation=str(one.conversation.public_id),
            title=one.conversation.title,
            picture=_wire_id(one.conversation.group.picture),
            member_count=one.conversation.group.member_count,
            by=accounts.serialize_person(one.invited_by),
            invited_at=clock.to_wire(one.invited_at),
        )
        for one in groups.list_open_invitations(user_id)
    ]


def _wire_id(found: UUID | None) -> str | None:
    return str(found) if found is not None else None


def list_link_rows(conversation_id: UUID, user_id: int, *, now: datetime) -> list[GroupLinkRow]:
    """
    List the open links of a group, newest first.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: if the person is no admin of such a group
    """
    member = _fetch_admin(conversation_id, user_id)
    return [link_row(link) for link in groups.list_open_links(member.conversation, now)]


def list_request_rows(conversation_id: UUID, user_id: int) -> list[JoinRequestRow]:
    """
    List the people who wait to be let in, oldest first.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: if the person is no admin of such a group
    """
    member = _fetch_admin(conversation_id, user_id)
    return [
        JoinRequestRow(
            user=str(one.user.public_id),
            person=accounts.serialize_person(one.user),
            asked_at=clock.to_wire(one.asked_at),
        )
        for one in groups.list_requests(member.conversation)
    ]


def _fetch_admin(conversation_id: UUID, user_id: int) -> Member:
    member = fetch_current_membership(conversation_id, user_id)
    if member.conversation.kind != ConversationKind.GROUP:
        raise NotAGroup
    if not member.is_active_admin:
        raise AdminsOnly
    return member
