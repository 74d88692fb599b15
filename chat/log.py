"""
The one writer of messages.

Messages are appended in batches. A batch runs in two steps: first the conversations are locked in the order of
their ids; then, in new statements and therefore in a new snapshot, membership, blocks and repeats are looked at,
and everything is numbered and stored. A check inside the locking statement would see the time before the wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from chat import frames, log_rows, push
from chat.errors import ClientIdReused, ConversationNotFound, NotAccepted, ReplyNotFound
from chat.log_rows import Entry, Fresh, LockedConversation, Posted, Side, StoredMessage
from superapp.accounts import api as accounts
from superapp.core import changes, clock, prepared
from superapp.core.batching import Batcher
from superapp.core.errors import DomainError
from superapp.realtime import me

Outcome = Posted | DomainError


def append(entries: Sequence[Entry], *, now: datetime, asks_leave: bool = True) -> list[Outcome]:
    """
    Post all of these inside the running transaction, and tell the members after its commit.

    One outcome an entry, in their order: where it stands, or why it was refused; a refusal harms no other entry.
    Without ``asks_leave`` blocks are not asked for: the conversation itself speaks.
    """
    batch = _Batch(entries, now=now, asks_leave=asks_leave)
    outcomes = [batch.post(entry) for entry in entries]
    batch.store()
    return outcomes


def write(entries: Sequence[Entry]) -> list[Outcome]:
    """Post these in one transaction of their own."""
    with transaction.atomic():
        return append(entries, now=clock.now())


# Every process appends through its own batcher; the lock of the conversation keeps processes apart.
writer: Batcher[Entry, Posted] = Batcher("chat-log", write)


@dataclass
class _Batch:
    """One batch, looked at after its conversations are locked, and stored at its end."""

    entries: Sequence[Entry]
    now: datetime
    asks_leave: bool
    fresh: list[Fresh] = field(default_factory=list)
    moved: dict[int, Side] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("messages are appended inside a transaction")
        self.conversations = log_rows.lock({entry.conversation_id for entry in self.entries})
        wanted = [
            (locked.id, entry.sender_id, entry.client_id)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
        ]
        ids = [locked.id for locked in self.conversations.values()]
        with prepared.together():
            audiences = log_rows.audiences(ids)
            sides = log_rows.sides({(conversation, user) for conversation, user, _ in wanted})
            stored = log_rows.stored(set(wanted))
            self.refused = accounts.refused_pairs(self._direct_pairs()) if self.asks_leave else set()
            self.audiences, self.sides, self.stored = audiences(), sides(), stored()

    def _direct_pairs(self) -> set[tuple[int, int]]:
        return {
            (entry.sender_id, other)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
            for other in locked.pair
            if other != entry.sender_id
        }

    def post(self, entry: Entry) -> Outcome:
        """
        A retry finds its message even after its sender left or was blocked: it was posted.

        Refusals in this order: a reused number, no such conversation, no leave to write, nothing to reply to.
        """
        locked = self.conversations.get(entry.conversation_id)
        if locked is None:
            return ConversationNotFound()
        key = (locked.id, entry.sender_id, entry.client_id)
        content_hash = entry.content_hash()
        if (known := self.stored.get(key)) is not None:
            return known.posted() if known.content_hash == content_hash else ClientIdReused()
        side = self.sides.get((locked.id, entry.sender_id))
        if side is None:
            return ConversationNotFound()
        if any((entry.sender_id, other) in self.refused for other in locked.pair):
            return NotAccepted()
        if entry.reply_to is not None and not side.from_seq <= entry.reply_to <= locked.last_seq:
            return ReplyNotFound()
        posted = self._number(entry, locked, side)
        self.stored[key] = StoredMessage(posted.seq, posted.rev, posted.counted, posted.sent_at, content_hash)
        self.fresh.append(Fresh(entry, locked, posted, content_hash))
        return posted

    def _number(self, entry: Entry, locked: LockedConversation, side: Side) -> Posted:
        unread_before = locked.counted - side.read_counted - side.own_since
        locked.last_seq += 1
        locked.rev += 1
        if entry.counts:
            locked.counted += 1
            # One's own message moves the read mark only when nothing was unread before it.
            if unread_before <= 0:
                side.read_seq, side.read_counted, side.own_since = locked.last_seq, locked.counted, 0
            else:
                side.own_since += 1
            self.moved[side.id] = side
        return Posted(locked.last_seq, locked.rev, locked.counted, self.now, is_new=True)

    def store(self) -> None:
        if not self.fresh:
            return
        with prepared.together():
            stamp = changes.ask_stamp()
            moved = self._number_sides() if self.moved else []
            changed = stamp()
        with prepared.together():
            log_rows.insert(self.fresh)
            log_rows.advance_conversations({one.locked.id: one.locked for one in self.fresh}.values(), changed)
            if moved:
                log_rows.move_sides(moved, changed)
        public_ids = {locked.id: locked.public_id for locked in self.conversations.values()}
        for side in moved:
            push.membership_changed(side.user_id, side.row(public_ids[side.conversation_id]))
        push.messages_posted(
            [(one.locked.public_id, _row(one.entry, one.posted), self.audiences[one.locked.id]) for one in self.fresh]
        )

    def _number_sides(self) -> list[Side]:
        """Give every side that moved the next rev of its person's topic ``me``."""
        moved = sorted(self.moved.values(), key=lambda side: side.id)
        changes_of: dict[int, int] = {}
        for side in moved:
            changes_of[side.user_id] = changes_of.get(side.user_id, 0) + 1
        newest = me.advance(changes_of)
        for side in reversed(moved):
            side.rev = newest[side.user_id]
            newest[side.user_id] -= 1
        return moved


def _row(entry: Entry, posted: Posted) -> frames.MessageRow:
    return frames.MessageRow(
        seq=posted.seq,
        rev=posted.rev,
        counted=posted.counted,
        kind=entry.kind,
        sender=str(entry.sender_public_id),
        client_id=entry.client_id,
        body=entry.body,
        reply_to=entry.reply_to,
        card={"type": entry.card_type, **entry.card} if entry.card is not None else None,
        event=entry.event,
        edits=0,
        edited_at=None,
        recalled_at=None,
        reactions=[],
        sent_at=clock.wire(posted.sent_at),
    )
