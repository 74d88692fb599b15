"""What the log takes, and what it answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chat import frames
from chat.models import Message
from superapp.core import clock
from superapp.core.errors import DomainError


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to post; ``client_id`` makes it theirs, once and for ever."""

    conversation_id: UUID
    sender_id: int
    sender_public_id: UUID
    client_id: str
    kind: str = Message.Kind.TEXT
    body: str = ""
    reply_to: int | None = None
    card_type: str = ""
    card: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    # A line that counts as unread; what people say always does.
    is_news: bool = False
    # The socket it came through, if any: its answer carries what all other sockets are told by hints.
    line: int = 0

    @property
    def counts(self) -> bool:
        return self.is_news or self.kind != Message.Kind.EVENT

    def content_hash(self) -> str:
        """Of all that the sender said, so that a retry can be told from something else."""
        content = [self.kind, self.body, self.reply_to, self.card_type, self.card, self.event]
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()

    def row(self, posted: Posted) -> frames.MessageRow:
        """How everybody in the conversation sees it."""
        return frames.MessageRow(
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
            edits=0,
            edited_at=None,
            recalled_at=None,
            reactions=[],
            sent_at=clock.wire(posted.sent_at),
        )


class Posted(msgspec.Struct, frozen=True):
    """
    Where a message stands.

    ``is_new`` is false for a retry of one that was there already. ``hints`` are those that the line of the entry is not
    told otherwise.
    """

    seq: int
    rev: int
    counted: int
    sent_at: datetime
    is_new: bool
    hints: tuple[bytes, ...] = ()


Outcome = Posted | DomainError


class Moved(msgspec.Struct, array_like=True):
    """The side of somebody who posted, after their read mark moved; ``rev`` is that of their topic ``me``."""

    # Of the first of their entries in that conversation, from 1.
    place: int
    rev: int
    read_seq: int
    read_counted: int
    own_since: int
    muted_until: datetime | None
    is_pinned: bool
    hidden_seq: int
    draft: str

    def row(self, conversation_id: UUID) -> frames.MembershipRow:
        return frames.MembershipRow(
            conversation=str(conversation_id),
            rev=self.rev,
            until_seq=None,
            read_seq=self.read_seq,
            read_counted=self.read_counted,
            own_since=self.own_since,
            muted_until=clock.wire(self.muted_until) if self.muted_until is not None else None,
            pinned=self.is_pinned,
            hidden_seq=self.hidden_seq,
            draft=self.draft,
        )


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch: one outcome an entry, and whom to tell of what."""

    outcomes: list[Outcome]
    # Everybody who is in a conversation that has a new message, by user id.
    present: dict[UUID, list[int]]
    moved: list[Moved]
