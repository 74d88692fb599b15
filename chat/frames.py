"""The shapes in which chat crosses the wire; ``docs/protocol.md`` says what each means."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chat.models import Conversation, Face, Member, Message
from superapp.accounts.api import PersonRow
from superapp.core import clock


class ReactionRow(msgspec.Struct):
    emoji: str
    users: list[str]


class MessageRow(msgspec.Struct):
    """One message, as everybody who may see it sees it."""

    seq: int
    rev: int
    counted: int
    kind: str
    sender: str = msgspec.field(name="from")
    client_id: str
    body: str
    reply_to: int | None
    card: dict[str, Any] | None
    event: dict[str, Any] | None
    edits: int
    edited_at: str | None
    recalled_at: str | None
    reactions: list[ReactionRow]
    sent_at: str


class MembershipRow(msgspec.Struct):
    """My side of a conversation; ``rev`` is that of my topic ``me``."""

    conversation: str
    rev: int
    until_seq: int | None
    read_seq: int
    read_counted: int
    own_since: int
    muted_until: str | None
    pinned: bool
    hidden_seq: int
    draft: str
    kind: str = "membership"


class MemberRow(msgspec.Struct):
    """What the others in a conversation may know of a member."""

    user: str
    role: str
    read_seq: int
    delivered_seq: int


class FaceRow(msgspec.Struct):
    """As what ``owner`` talks in a conversation; to the others its name and picture stand in for the person's."""

    id: str
    rev: int
    kind: str
    name: str
    picture: str | None
    address: str | None
    owner: str


class SummaryRow(msgspec.Struct):
    """A conversation in a list, without its log."""

    id: str
    kind: str
    title: str | None
    rev: int
    last_seq: int
    counted: int
    from_seq: int
    until_seq: int | None
    last: MessageRow | None
    members: list[MemberRow]
    people: list[PersonRow]
    mine: MembershipRow
    face: FaceRow | None = None


class Changes(msgspec.Struct):
    """What changed after a rev; ``rev`` is to be adopted even when there are no rows."""

    rev: int
    rows: list[MessageRow]
    more: bool
    members: list[MemberRow]
    people: list[PersonRow]


class History(msgspec.Struct):
    """A page of a log in ascending order, with the messages that its rows reply to."""

    rev: int
    rows: list[MessageRow]
    more: bool
    quoted: list[MessageRow]
    members: list[MemberRow]
    people: list[PersonRow]


def topic(conversation_id: UUID) -> str:
    return f"chat:{conversation_id}"


def message_row(message: Message) -> MessageRow:
    """Wants ``sender`` and ``reactions__user`` to be loaded already."""
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
        edits=message.edits,
        edited_at=_wire(message.edited_at),
        recalled_at=_wire(message.recalled_at),
        reactions=[ReactionRow(emoji=emoji, users=sorted(users)) for emoji, users in sorted(by_emoji.items())],
        sent_at=clock.wire(message.sent_at),
    )


def membership_row(member: Member, conversation_id: UUID) -> MembershipRow:
    return MembershipRow(
        conversation=str(conversation_id),
        rev=member.rev,
        until_seq=member.until_seq,
        read_seq=member.read_seq,
        read_counted=member.read_counted,
        own_since=member.own_since,
        muted_until=_wire(member.muted_until),
        pinned=member.is_pinned,
        hidden_seq=member.hidden_seq,
        draft=member.draft,
    )


def member_row(member: Member) -> MemberRow:
    """Wants ``user`` to be loaded already."""
    return MemberRow(
        user=str(member.user.public_id),
        role=member.role,
        read_seq=member.read_seq,
        delivered_seq=member.delivered_seq,
    )


def face_row(face: Face, *, owner: UUID | None = None) -> FaceRow:
    """``owner`` is the public id of whoever stands behind it, where that is known already."""
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
    """What ``member`` may know of the conversation; nothing later than their leaving."""
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
    # Nearly always its owner is one of the members, whose person is loaded already.
    owner = next((one.user.public_id for one in members if one.user_id == face.owner_id), None)
    return face_row(face, owner=owner)


def _wire(moment: datetime | None) -> str | None:
    return clock.wire(moment) if moment is not None else None
