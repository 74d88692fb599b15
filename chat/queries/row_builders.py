"""Builders of rows of the wire (``chat.contracts``) from models."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from msgspec import UNSET

from chat.contracts import (
    FaceRow,
    GroupLinkRow,
    GroupPreviewRow,
    GroupRow,
    MemberRow,
    MessageRow,
    OwnMembershipRow,
    ReachRow,
    SummaryRow,
)
from chat.domain import extras, preferences
from chat.domain.enums import ConversationKind
from chat.domain.marks import MarkRow
from chat.models import Conversation, Face, Group, GroupLink, Member, Message, MessageMark
from chat.queries import poll_tallies, reaction_tallies
from superapp.accounts.api import PersonRow
from superapp.core import clock


def message_row(message: Message) -> MessageRow:
    """Build the row of a message; ``sender`` has to be loaded, and for many at once their ``row_parts``."""
    return MessageRow(
        seq=message.seq,
        rev=message.rev,
        counted=message.counted,
        kind=message.kind,
        sender=str(message.sender.public_id),
        client_id=message.client_id,
        body=message.body,
        reply_to=message.reply_to,
        card={"type": message.card_type, **message.card} if message.card is not None else None,
        event=message.event,
        extras=extras.of_column(message.extras),
        edits=message.edits,
        edited_at=_wire(message.edited_at),
        recalled_at=_wire(message.recalled_at),
        reactions=reaction_tallies.reaction_rows(message),
        sent_at=clock.to_wire(message.sent_at),
        poll=poll_tallies.poll_row(message),
    )


def own_membership_row(member: Member, conversation_id: UUID) -> OwnMembershipRow:
    """Build the row of a membership that only its member gets."""
    return OwnMembershipRow(
        conversation=str(conversation_id),
        rev=member.rev,
        until_seq=member.until_seq,
        read_seq=member.read_seq,
        read_counted=member.read_counted,
        own_since=member.own_since,
        reach=UNSET if member.until_seq is None else ReachRow(member.until_read_seq, member.until_delivered_seq),
        **preferences.to_wire(member),
    )


def mark_row(mark: MessageMark, *, conversation_id: UUID, seq: int) -> MarkRow:
    """Build the row of a person's own marks on a message."""
    return MarkRow(
        conversation=str(conversation_id),
        seq=seq,
        rev=mark.rev,
        hidden=mark.is_hidden,
        starred=mark.is_starred,
        votes=mark.votes,
        reaction=mark.reaction or None,
    )


def member_row(member: Member) -> MemberRow:
    """Build the row of a member that all members get; ``user`` has to be loaded."""
    return MemberRow(
        user=str(member.user.public_id),
        role=member.role,
        read_seq=member.read_seq,
        delivered_seq=member.delivered_seq,
        silenced=member.is_silenced,
    )


def group_row(group: Group) -> GroupRow:
    """Build the row of a group's state; ``conversation`` has to be loaded."""
    return GroupRow(
        rev=group.rev,
        title=group.conversation.title,
        description=group.description,
        picture=str(group.picture) if group.picture else None,
        member_count=group.member_count,
        only_admins_write=group.conversation.is_admins_only,
        only_admins_add=group.is_adding_admins_only,
        only_admins_change=group.is_changing_admins_only,
    )


def link_row(link: GroupLink) -> GroupLinkRow:
    """Build the row of a link to a group."""
    return GroupLinkRow(
        id=str(link.public_id),
        url=f"{settings.PUBLIC_URL}/grup/undangan/{link.token}/",
        expires_at=_wire(link.expires_at),
        uses=link.uses,
        uses_max=link.uses_max,
        approval=link.needs_approval,
    )


def preview_row(link: GroupLink) -> GroupPreviewRow:
    """Build the row of what a link tells of its group; ``conversation__group`` has to be loaded."""
    group = group_row(link.conversation.group)
    return GroupPreviewRow(
        title=group.title,
        description=group.description,
        picture=f"/grup/undangan/{link.token}/foto/" if group.picture else None,
        member_count=group.member_count,
        approval=link.needs_approval,
    )


def face_row(face: Face, *, owner: UUID | None = None) -> FaceRow:
    """Build the row of a face; ``owner`` is the owner's public id if it is loaded already."""
    return FaceRow(
        id=str(face.public_id),
        rev=face.rev,
        kind=face.kind,
        name=face.name,
        picture=face.picture or None,
        address=face.address or None,
        owner=str(owner or face.owner.public_id),
    )


def summary_row(
    member: Member,
    conversation: Conversation,
    *,
    last: Message | None,
    members: list[Member],
    people: list[PersonRow],
    requests: int | None = None,
) -> SummaryRow:
    """Build the summary of a conversation for ``member``; it includes nothing later than their leaving."""
    has_left = member.until_seq is not None
    return SummaryRow(
        id=str(conversation.public_id),
        kind=conversation.kind,
        title=(member.until_title if has_left else conversation.title) or None,
        rev=member.until_rev if member.until_rev is not None else conversation.rev,
        last_seq=member.until_seq if member.until_seq is not None else conversation.last_seq,
        counted=member.read_counted + member.own_since if has_left else conversation.counted,
        from_seq=member.from_seq,
        until_seq=member.until_seq,
        last=message_row(last) if last is not None else None,
        members=[member_row(one) for one in members],
        people=people,
        mine=own_membership_row(member, conversation.public_id),
        mentioned_seq=_mentioned_seq(member, conversation),
        face=_face_of(conversation, members),
        group=None if has_left or conversation.kind != ConversationKind.GROUP else group_row(conversation.group),
        requests=requests,
    )


def _mentioned_seq(member: Member, conversation: Conversation) -> int:
    # Of everybody, only what the member may see.
    all_seq = conversation.all_mentioned_seq
    is_visible = member.from_seq <= all_seq <= (all_seq if member.until_seq is None else member.until_seq)
    return max(member.mentioned_seq, all_seq if is_visible else 0)


def _face_of(conversation: Conversation, members: list[Member]) -> FaceRow | None:
    face = conversation.face
    if face is None:
        return None
    # The owner is nearly always one of the members, whose user is loaded already.
    owner = next((one.user.public_id for one in members if one.user_id == face.owner_id), None)
    return face_row(face, owner=owner)


def _wire(moment: datetime | None) -> str | None:
    return clock.to_wire(moment) if moment is not None else None
