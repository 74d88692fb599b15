"""Values that the facade of chat takes and returns, and its rows on the wire, which ``docs/protocol.md`` defines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from chat.domain import preferences
from chat.domain.enums import MessageKind
from chat.domain.extras import MessageExtras
from chat.domain.marks import MarkRow
from chat.domain.polls import PollRow, blank_poll
from chat.domain.preferences import MemberPreferences, StoredPreferences
from chat.domain.reactions import ReactionRow
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.errors import DomainError


class MessageRow(msgspec.Struct):
    """A message on the wire, the same for all members who may see it."""

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
    extras: MessageExtras | None
    edits: int
    edited_at: str | None
    recalled_at: str | None
    reactions: list[ReactionRow]
    sent_at: str
    # The votes, of a message that carries a poll.
    poll: PollRow | UnsetType = UNSET


class ReachRow(msgspec.Struct, frozen=True):
    """Up to which message all other members have read and received a conversation."""

    read: int
    delivered: int


class OwnMembershipRow(MemberPreferences[str], frozen=True, kw_only=True):
    """
    A member's own read mark and preferences in a conversation.

    ``rev`` is the change number of the member's own topic, ``me``, when this row last changed.
    """

    conversation: str
    rev: int
    until_seq: int | None
    read_seq: int
    read_counted: int
    own_since: int
    kind: str = "membership"
    # As it was when the member left; a current member derives it from the others' receipts.
    reach: ReachRow | UnsetType = UNSET


class StarredRow(msgspec.Struct):
    """A message that the reader starred."""

    conversation: str
    starred_at: str
    message: MessageRow


class StarredPage(msgspec.Struct):
    """A page of the reader's starred messages, the newest star first; ``next`` is None at the end."""

    rows: list[StarredRow]
    next: str | None
    people: list[PersonRow]


class MemberRow(msgspec.Struct):
    """A member as the others see them: role, right to write, and receipts."""

    user: str
    role: str
    read_seq: int
    delivered_seq: int
    silenced: bool = False


class GroupRow(msgspec.Struct):
    """The state of a group beside its log; of two, the one with the higher ``rev`` counts."""

    rev: int
    title: str
    description: str
    picture: str | None
    member_count: int
    only_admins_write: bool
    only_admins_add: bool
    only_admins_change: bool


class FaceRow(msgspec.Struct):
    """A face of the person ``owner``; the other members see its name and picture instead of the person's."""

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
    mine: OwnMembershipRow
    # The newest message that mentions the reader, by name or with all.
    mentioned_seq: int
    face: FaceRow | None = None
    group: GroupRow | None = None
    # The number of open join requests of a group; None unless the reader is one of its admins.
    requests: int | None = None


class Changes(msgspec.Struct):
    """
    Messages that were posted or changed after a change number (rev) of the conversation.

    The client stores ``rev`` as its next cursor, even when there are no rows.
    """

    rev: int
    rows: list[MessageRow]
    more: bool
    members: list[MemberRow]
    people: list[PersonRow]
    # The reader's own marks on the rows.
    marks: list[MarkRow]


class History(msgspec.Struct):
    """A page of a log in ascending order, with the messages that its rows reply to."""

    rev: int
    rows: list[MessageRow]
    more: bool
    quoted: list[MessageRow]
    members: list[MemberRow]
    people: list[PersonRow]
    # The reader's own marks on the rows.
    marks: list[MarkRow]


class PhotosPage(msgspec.Struct):
    """Messages with photos, the nearest to what was asked for first; ``more`` says whether others follow."""

    rows: list[MessageRow]
    more: bool
    people: list[PersonRow]


class AddedRow(msgspec.Struct):
    """The people who were added to a group, and those who were invited to it instead."""

    added: list[str]
    invited: list[str]


class CreatedGroupRow(msgspec.Struct):
    """A group that a person created, and the people who were invited to it instead of added."""

    conversation: SummaryRow
    invited: list[str]


class MembersPage(msgspec.Struct):
    """A page of members; ``next`` is null at the end."""

    rows: list[MemberRow]
    people: list[PersonRow]
    next: str | None


class ReaderRow(msgspec.Struct):
    """The state of a message for one member: ``read``, ``delivered`` or ``sent``."""

    user: str
    state: str


class ReadersPage(msgspec.Struct):
    """A page of the read receipts of one message, with the counts over all members."""

    read: int
    delivered: int
    total: int
    rows: list[ReaderRow]
    people: list[PersonRow]
    next: str | None


class GroupInvitationRow(msgspec.Struct):
    """A group that the reader is invited to."""

    conversation: str
    title: str
    picture: str | None
    member_count: int
    by: PersonRow
    invited_at: str


class GroupLinkRow(msgspec.Struct):
    """A link by which people join a group; null means that it is not bounded."""

    id: str
    url: str
    expires_at: str | None
    uses: int
    uses_max: int | None
    approval: bool


class GroupPreviewRow(msgspec.Struct):
    """A group as its link shows it before anybody joins."""

    title: str
    description: str
    # The URL of the picture on the page of the link. In ``GroupRow`` the picture is a media id instead.
    picture: str | None
    member_count: int
    approval: bool


class JoinedRow(msgspec.Struct):
    """The outcome of a link: ``joined``, or ``asked`` where an admin has to let the person in."""

    state: str
    conversation: str | None


class JoinRequestRow(msgspec.Struct):
    """A person who waits to be let into a group."""

    user: str
    person: PersonRow
    asked_at: str


def topic(conversation_id: UUID) -> str:
    """Return the name of a conversation's topic."""
    return f"chat:{conversation_id}"


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be appended to the log; ``sender_id`` and ``client_id`` make it unique in its conversation."""

    conversation_id: UUID
    sender_id: int
    sender_public_id: UUID
    client_id: str
    kind: str = MessageKind.TEXT
    body: str = ""
    reply_to: int | None = None
    card_type: str = ""
    card: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    extras: MessageExtras | None = None
    # What the client sent, where the server makes the content of it: a retry is known by this.
    sent: Any = None
    # Applies to system events only: text messages and cards always count as unread.
    counts_as_unread: bool = False
    # The sending socket, 0 for none: it gets in its answer the hints that all other sockets get from the bus.
    connection_number: int = 0

    @property
    def counts(self) -> bool:
        return self.counts_as_unread or self.kind != MessageKind.EVENT

    def content_hash(self) -> str:
        """Return a hash of all that the sender sent, so that a retry can be told from other content."""
        content: list[Any] = [self.kind, self.body, self.reply_to, self.card_type, self.card, self.event]
        # Left out where there are none: messages were stored before there were extras, and are still retried.
        if self.sent is not None:
            content = [self.kind, self.reply_to, {"sent": self.sent}]
        elif self.extras is not None:
            content.append(self.extras)
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()

    def row(self, posted: PostedMessage) -> MessageRow:
        """Return the message's row on the wire, the same for all members."""
        return MessageRow(
            seq=posted.seq,
            rev=posted.rev,
            counted=posted.counted,
            kind=self.kind,
            sender=str(self.sender_public_id),
            client_id=self.client_id,
            body=self.body,
            reply_to=self.reply_to,
            card={"type": self.card_type, **self.card} if self.card is not None else None,
            event=self.event,
            extras=self.extras,
            edits=0,
            edited_at=None,
            recalled_at=None,
            reactions=[],
            sent_at=clock.to_wire(posted.sent_at),
            poll=blank_poll(self.extras.attachment) if self.extras is not None else UNSET,
        )


class PostedMessage(msgspec.Struct, frozen=True):
    """
    The numbers of a posted message.

    ``is_new`` is false for a retry of a message that is stored already. ``hints`` are encoded hints for the sending
    socket, which gets them in its answer and not from the bus.
    """

    seq: int
    rev: int
    counted: int
    sent_at: datetime
    is_new: bool
    hints: tuple[bytes, ...] = ()


AppendOutcome = PostedMessage | DomainError


class MovedReadState(msgspec.Struct, array_like=True):
    """
    A sender's membership after a batch of messages: sending a message marks all before it as read.

    ``rev`` is the change number of the sender's own topic, ``me``.
    """

    # The number (from 1) of the sender's first entry of the batch in that conversation.
    entry_number: int
    rev: int
    read_seq: int
    read_counted: int
    own_since: int
    preferences: StoredPreferences

    def row(self, conversation_id: UUID) -> OwnMembershipRow:
        return OwnMembershipRow(
            conversation=str(conversation_id),
            rev=self.rev,
            until_seq=None,
            read_seq=self.read_seq,
            read_counted=self.read_counted,
            own_since=self.own_since,
            **preferences.to_wire(self.preferences),
        )


@dataclass(frozen=True, slots=True)
class AppendResult:
    """The result of a batch: one outcome for each entry, the recipients, and the moved read states."""

    outcomes: list[AppendOutcome]
    # The user ids of the current members of each conversation with a new message.
    recipients: dict[UUID, list[int]]
    read_states: list[MovedReadState]


class SendMessageResponse(msgspec.Struct, omit_defaults=True):
    """The response to ``chat.send``."""

    seq: int
    rev: int
    counted: int
    sent_at: str
    # Encoded hints for the sending socket, which gets them nowhere else.
    hints: list[msgspec.Raw] = []
