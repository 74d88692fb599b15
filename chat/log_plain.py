"""The log's steps as plain statements, for SQLite; on PostgreSQL ``sql/postgres_append.sql`` takes the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chat import log_rows
from chat.errors import ClientIdReused, ConversationNotFound, NotAccepted, ReplyNotFound
from chat.log_entries import Appended, Entry, Moved, Outcome, Posted
from chat.log_rows import Fresh, LockedConversation, Side, StoredMessage
from superapp.accounts import api as accounts
from superapp.core import changes
from superapp.realtime import me


def append(entries: Sequence[Entry], *, now: datetime, asks_leave: bool) -> Appended:
    """Post all of these inside the running transaction."""
    batch = _Batch(entries, now=now, asks_leave=asks_leave)
    outcomes = [batch.post(entry) for entry in entries]
    moved = batch.store()
    present = {one.locked.public_id: batch.present[one.locked.id] for one in batch.fresh}
    return Appended(outcomes, present, moved)


@dataclass
class _Batch:
    """One batch, looked at when its conversations are ours, and stored at its end."""

    entries: Sequence[Entry]
    now: datetime
    asks_leave: bool
    fresh: list[Fresh] = field(default_factory=list)
    moved: dict[int, Side] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conversations = log_rows.conversations({entry.conversation_id for entry in self.entries})
        wanted = [
            (locked.id, entry.sender_id, entry.client_id)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
        ]
        self.present = log_rows.present([locked.id for locked in self.conversations.values()])
        self.sides = log_rows.sides({(conversation, user) for conversation, user, _ in wanted})
        self.stored = log_rows.stored(set(wanted))
        self.refused: dict[bool, set[tuple[int, int]]] = {False: set(), True: set()}
        if self.asks_leave:
            self.refused[False] = accounts.refused_pairs(self._direct_pairs(has_face=False))
            self.refused[True] = accounts.refused_business_pairs(self._direct_pairs(has_face=True))

    def _direct_pairs(self, *, has_face: bool) -> set[tuple[int, int]]:
        return {
            (entry.sender_id, other)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
            if locked.has_face is has_face
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
        if any((entry.sender_id, other) in self.refused[locked.has_face] for other in locked.pair):
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

    def store(self) -> list[Moved]:
        if not self.fresh:
            return []
        moved = self._number_sides()
        changed = changes.stamp()
        log_rows.insert(self.fresh)
        log_rows.advance_conversations({one.locked.id: one.locked for one in self.fresh}.values(), changed)
        log_rows.move_sides(moved, changed)
        places: dict[tuple[int, int], int] = {}
        for place, entry in enumerate(self.entries, start=1):
            if (locked := self.conversations.get(entry.conversation_id)) is not None:
                places.setdefault((locked.id, entry.sender_id), place)
        return [side.moved(places[side.conversation_id, side.user_id]) for side in moved]

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
