"""Appending messages on SQLite with plain statements; ``sql/postgres_append.sql`` does the same on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chat.contracts import AppendOutcome, AppendResult, MovedReadState, NewMessage, PostedMessage
from chat.domain.enums import MemberRole
from chat.errors import (
    ClientIdReused,
    ConversationNotFound,
    MemberSilenced,
    NotAccepted,
    OnlyAdminsWrite,
    ReplyNotFound,
)
from chat.writers import log_statements
from chat.writers.log_statements import EarlierMessage, LockedConversation, NumberedMessage, ReadState
from superapp.accounts import api as accounts
from superapp.core import change_cursor
from superapp.realtime import user_topic


def append(entries: Sequence[NewMessage], *, now: datetime, checks_permission: bool) -> AppendResult:
    """Append these messages inside the running transaction."""
    batch = _Batch(entries, now=now, checks_permission=checks_permission)
    outcomes = [batch.post(entry) for entry in entries]
    moved = batch.store()
    present = {one.locked.public_id: batch.present[one.locked.id] for one in batch.numbered}
    return AppendResult(outcomes, present, moved)


@dataclass
class _Batch:
    """A batch of messages: its rows are read when its conversations are locked, and stored at its end."""

    entries: Sequence[NewMessage]
    now: datetime
    checks_permission: bool
    numbered: list[NumberedMessage] = field(default_factory=list)
    moved: dict[int, ReadState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conversations = log_statements.fetch_conversations({entry.conversation_id for entry in self.entries})
        wanted = [
            (locked.id, entry.sender_id, entry.client_id)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
        ]
        self.present = log_statements.fetch_recipients([locked.id for locked in self.conversations.values()])
        self.read_states = log_statements.fetch_read_states({(conversation, user) for conversation, user, _ in wanted})
        self.stored = log_statements.fetch_earlier_messages(set(wanted))
        self.refused: dict[bool, set[tuple[int, int]]] = {False: set(), True: set()}
        if self.checks_permission:
            self.refused[False] = accounts.find_forbidden_pairs(self._direct_pairs(has_face=False))
            self.refused[True] = accounts.find_forbidden_business_pairs(self._direct_pairs(has_face=True))

    def _direct_pairs(self, *, has_face: bool) -> set[tuple[int, int]]:
        return {
            (entry.sender_id, other)
            for entry in self.entries
            if (locked := self.conversations.get(entry.conversation_id))
            if locked.has_face is has_face
            for other in locked.pair
            if other != entry.sender_id
        }

    def post(self, entry: NewMessage) -> AppendOutcome:
        """
        Return the outcome of one entry, numbered if it is accepted.

        A retry finds its stored message even after its sender left or was blocked. Refusals are checked in this
        order: reused client id, no such conversation, not accepted, silenced, only admins write, reply not found.
        """
        locked = self.conversations.get(entry.conversation_id)
        if locked is None:
            return ConversationNotFound()
        key = (locked.id, entry.sender_id, entry.client_id)
        content_hash = entry.content_hash()
        if (known := self.stored.get(key)) is not None:
            return known.posted() if known.content_hash == content_hash else ClientIdReused()
        state = self.read_states.get((locked.id, entry.sender_id))
        if state is None:
            return ConversationNotFound()
        if any((entry.sender_id, other) in self.refused[locked.has_face] for other in locked.pair):
            return NotAccepted()
        if self.checks_permission and state.is_silenced:
            return MemberSilenced()
        if self.checks_permission and locked.is_admins_only and state.role == MemberRole.MEMBER:
            return OnlyAdminsWrite()
        if entry.reply_to is not None and not state.from_seq <= entry.reply_to <= locked.last_seq:
            return ReplyNotFound()
        posted = self._number(entry, locked, state)
        self.stored[key] = EarlierMessage(posted.seq, posted.rev, posted.counted, posted.sent_at, content_hash)
        self.numbered.append(NumberedMessage(entry, locked, posted, content_hash))
        return posted

    def _number(self, entry: NewMessage, locked: LockedConversation, state: ReadState) -> PostedMessage:
        unread_before = locked.counted - state.read_counted - state.own_since
        locked.last_seq += 1
        locked.rev += 1
        if entry.counts:
            locked.counted += 1
            # The sender's own message moves their read mark only when nothing was unread before it.
            if unread_before <= 0:
                state.read_seq, state.read_counted, state.own_since = locked.last_seq, locked.counted, 0
            else:
                state.own_since += 1
            self.moved[state.id] = state
        return PostedMessage(locked.last_seq, locked.rev, locked.counted, self.now, is_new=True)

    def store(self) -> list[MovedReadState]:
        if not self.numbered:
            return []
        moved = self._number_read_states()
        changed = change_cursor.current_stamp()
        log_statements.insert_messages(self.numbered)
        log_statements.store_conversation_counters(
            {one.locked.id: one.locked for one in self.numbered}.values(), changed
        )
        log_statements.store_read_states(moved, changed)
        places: dict[tuple[int, int], int] = {}
        for place, entry in enumerate(self.entries, start=1):
            if (locked := self.conversations.get(entry.conversation_id)) is not None:
                places.setdefault((locked.id, entry.sender_id), place)
        return [state.moved(places[state.conversation_id, state.user_id]) for state in moved]

    def _number_read_states(self) -> list[ReadState]:
        """Give each moved read state the next rev of its person's user topic."""
        moved = sorted(self.moved.values(), key=lambda state: state.id)
        changes_of: dict[int, int] = {}
        for state in moved:
            changes_of[state.user_id] = changes_of.get(state.user_id, 0) + 1
        newest = user_topic.advance_revs(changes_of)
        for state in reversed(moved):
            state.rev = newest[state.user_id]
            newest[state.user_id] -= 1
        return moved
