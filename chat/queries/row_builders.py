"""Builders of rows of the wire (``chat.contracts``) from models."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chat.contracts import FaceRow, MarkRow, MemberRow, MembershipRow, MessageRow, ReactionRow, SummaryRow
from chat.domain import extras, preferences
from chat.models import Conversation, Face, Member, Message, MessageMark
from superapp.accounts.api import PersonRow
from superapp.core import clock


def message_row(message: Message) -> MessageRow:
    """Build the row of a message; ``sender`` and ``reactions__user`` have to be loaded."""
    by_emoji: dict[str, list[str]] = {}
    for reaction in message.reactions.all():
        by_emoji.setdefault(reaction.emoji, []).append(str(reaction.user.public_id))
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
        reactions=[ReactionRow(emoji=emoji, users=sorted(users)) for emoji, users in sorted(by_emoji.items())],
        sent_at=clock.to_wire(message.sent_at),
    )


def membership_row(member: Member, conversation_id: UUID) -> MembershipRow:
    """Build the row of a membership that only its member gets."""
    return MembershipRow(
        conversation=str(conversation_id),
        rev=member.rev,
        until_seq=member.until_seq,
        read_seq=member.read_seq,
        read_counted=member.read_counted,
        own_since=member.own_since,
        **preferences.to_wire(member),
    )


def mark_row(mark: MessageMark, *, conversation_id: UUID, seq: int) -> MarkRow:
    """Build the row of a person's own marks on a message."""
    return MarkRow(
        conversation=str(conversation_id), seq=seq, rev=mark.rev, hidden=mark.is_hidden, starred=mark.is_starred
    )


def member_row(member: Member) -> MemberRow:
    """Build the row of a member that all members get; ``user`` has to be loaded."""
    return MemberRow(
        user=str(member.user.public_id),
        role=member.role,
        read_seq=member.read_seq,
        delivered_seq=member.delivered_seq,
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
) -> SummaryRow:
    """Build the summary of a conversation for ``member``; it includes nothing later than their leaving."""
    has_left = member.until_seq is not None
    return SummaryRow(
        id=str(conversation.public_id),
        kind=conversation.kind,
        title=conversation.title or None,
        rev=member.until_rev if member.until_rev is not None else conversation.rev,
        last_seq=member.until_seq if member.until_seq is not None else conversation.last_seq,
        counted=member.read_counted + member.own_since if has_left else conversation.counted,
        from_seq=member.from_seq,
        until_seq=member.until_seq,
        last=message_row(last) if last is not None else None,
        members=[member_row(one) for one in members],
        people=people,
        mine=membership_row(member, conversation.public_id),
        face=_face_of(conversation, members),
    )


def _face_of(conversation: Conversation, members: list[Member]) -> FaceRow | None:
    face = conversation.face
    if face is None:
        return None
    # The owner is nearly always one of the members, whose user is loaded already.
    owner = next((one.user.public_id for one in members if one.user_id == face.owner_id), None)
    return face_row(face, owner=owner)


def _wire(moment: datetime | None) -> str | None:
    return clock.to_wire(moment) if moment is not None else None
