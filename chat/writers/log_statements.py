"""
Plain SQL statements of the log.

They are hand-written since each message runs them: through the ORM they cost many times as much. SQLite uses them
to append; on PostgreSQL, where one function does the same, a test compares the results of both.
"""
# ruff: noqa: S608  # Only constant names and placeholders are formatted into statements.

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from chat.contracts import MovedReadState, NewMessage, PostedMessage
from chat.domain import preferences
from chat.domain.extras import MessageExtras
from chat.domain.preferences import StoredPreferences


@dataclass(slots=True)
class LockedConversation:
    """A locked conversation; its numbers are advanced in memory and stored at the end of the batch."""

    id: int
    public_id: UUID
    # The two people of a direct conversation, by user id; empty for others.
    pair: tuple[int, ...]
    # True if one of the two people talks under a face, such as a shop's.
    has_face: bool
    is_admins_only: bool
    last_seq: int
    rev: int
    counted: int


@dataclass(slots=True)
class ReadState:
    """The sender's read mark, and the preferences that their row of the user topic carries."""

    id: int
    conversation_id: int
    user_id: int
    role: str
    is_silenced: bool
    from_seq: int
    read_seq: int
    read_counted: int
    own_since: int
    rev: int
    preferences: StoredPreferences

    def moved(self, entry_number: int) -> MovedReadState:
        return MovedReadState(
            entry_number=entry_number,
            rev=self.rev,
            read_seq=self.read_seq,
            read_counted=self.read_counted,
            own_since=self.own_since,
            preferences=self.preferences,
        )


@dataclass(frozen=True, slots=True)
class EarlierMessage:
    """A message that was posted before under the same sender and ``client_id``, and that a retry gets."""

    seq: int
    rev: int
    counted: int
    sent_at: datetime
    content_hash: str

    def posted(self) -> PostedMessage:
        return PostedMessage(self.seq, self.rev, self.counted, self.sent_at, is_new=False)


@dataclass(frozen=True, slots=True)
class NumberedMessage:
    """A numbered message that is to be stored."""

    entry: NewMessage
    locked: LockedConversation
    posted: PostedMessage
    content_hash: str


def fetch_conversations(public_ids: Collection[UUID]) -> dict[UUID, LockedConversation]:
    """
    Fetch these conversations in the order of their ids; missing ones are left out.

    No lock is taken, since SQLite has a single writer.
    """
    marks = ", ".join(["%s"] * len(public_ids))
    rows = _fetch_all(
        "SELECT id, public_id, CASE WHEN kind = 'direct' THEN direct_key END, is_admins_only, last_seq, rev, counted"
        " FROM chat_conversation"
        f" WHERE public_id IN ({marks}) ORDER BY id",
        [_uuid(public_id) for public_id in public_ids],
    )
    locked = [
        LockedConversation(
            pk, UUID(str(public_id)), _pair(pair), _has_face(pair), bool(is_admins_only), last_seq, rev, counted
        )
        for pk, public_id, pair, is_admins_only, last_seq, rev, counted in rows
    ]
    return {conversation.public_id: conversation for conversation in locked}


def fetch_recipients(conversation_ids: Collection[int]) -> dict[int, list[int]]:
    """Fetch the user ids of the current members of each conversation."""
    marks = ", ".join(["%s"] * len(conversation_ids))
    gathered = "json_agg(user_id)::text" if connection.vendor == "postgresql" else "json_group_array(user_id)"
    rows = _fetch_all(
        f"SELECT conversation_id, {gathered} FROM chat_member"
        f" WHERE conversation_id IN ({marks or 'NULL'}) AND until_seq IS NULL GROUP BY conversation_id",
        list(conversation_ids),
    )
    found = {conversation: json.loads(users) for conversation, users in rows}
    return {conversation: found.get(conversation, []) for conversation in conversation_ids}


def fetch_read_states(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], ReadState]:
    """Fetch the read states of those of these (conversation id, user id) that are current members."""
    condition, params = _among(("conversation_id", "user_id"), pairs)
    rows = _fetch_all(
        "SELECT id, conversation_id, user_id, role, is_silenced, from_seq, read_seq, read_counted, own_since, rev,"
        f" {', '.join(preferences.COLUMNS)} FROM chat_member WHERE {condition} AND until_seq IS NULL",
        params,
    )
    found = {}
    for pk, conversation, user, role, is_silenced, from_seq, read, counted, own, rev, *preferred in rows:
        found[conversation, user] = ReadState(
            id=pk,
            conversation_id=conversation,
            user_id=user,
            role=role,
            is_silenced=bool(is_silenced),
            from_seq=from_seq,
            read_seq=read,
            read_counted=counted,
            own_since=own,
            rev=rev,
            preferences=preferences.of_columns(preferred),
        )
    return found


def fetch_earlier_messages(keys: Collection[tuple[int, int, str]]) -> dict[tuple[int, int, str], EarlierMessage]:
    """Fetch the messages that are posted already under these (conversation id, sender id, client id)."""
    condition, params = _among(("conversation_id", "sender_id", "client_id"), keys)
    rows = _fetch_all(
        "SELECT conversation_id, sender_id, client_id, seq, rev, counted, sent_at, content_hash"
        f" FROM chat_message WHERE {condition}",
        params,
    )
    found = {}
    for conversation, sender, client_id, seq, rev, counted, sent_at, content_hash in rows:
        moment = _moment(sent_at)
        assert moment is not None
        found[conversation, sender, client_id] = EarlierMessage(seq, rev, counted, moment, content_hash)
    return found


def insert_messages(numbered: Iterable[NumberedMessage]) -> None:
    """Store new messages."""
    rows = [
        (
            one.locked.id,
            one.posted.seq,
            one.posted.rev,
            one.posted.counted,
            one.entry.sender_id,
            one.entry.client_id,
            one.content_hash,
            one.entry.kind,
            one.entry.body,
            one.entry.reply_to,
            one.entry.card_type,
            _json(one.entry.card),
            _json(one.entry.event),
            _json(one.entry.extras),
            _instant(one.posted.sent_at),
        )
        for one in numbered
    ]
    _run_many(
        "INSERT INTO chat_message (conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body,"
        f" reply_to, card_type, card, event, extras, sent_at, edits) VALUES ({', '.join(['%s'] * 15)}, 0)",
        rows,
    )


def store_conversation_counters(conversations: Iterable[LockedConversation], changed: int) -> None:
    """Store the counters of these conversations."""
    _run_many(
        "UPDATE chat_conversation SET last_seq = %s, rev = %s, counted = %s, changed = %s WHERE id = %s",
        [(one.last_seq, one.rev, one.counted, changed, one.id) for one in conversations],
    )


def store_read_states(moved: Iterable[ReadState], changed: int) -> None:
    """Store the read marks of the senders."""
    _run_many(
        "UPDATE chat_member SET read_seq = %s, read_counted = %s, own_since = %s, rev = %s, changed = %s,"
        " delivered_seq = CASE WHEN delivered_seq < %s THEN %s ELSE delivered_seq END WHERE id = %s",
        [
            (one.read_seq, one.read_counted, one.own_since, one.rev, changed, one.read_seq, one.read_seq, one.id)
            for one in moved
        ],
    )


def _among(columns: tuple[str, ...], rows: Collection[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    # An empty VALUES is not valid SQL.
    condition = f"({', '.join(columns)}) IN (VALUES {marks})" if rows else "1 = 0"
    return condition, [value for row in rows for value in row]


def _fetch_all(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _run_many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _has_face(direct_key: str | None) -> bool:
    return direct_key is not None and direct_key.count(":") > 1


def _pair(direct_key: str | None) -> tuple[int, ...]:
    # The id of a face may follow those of the two people.
    return tuple(int(user_id) for user_id in direct_key.split(":")[:2]) if direct_key else ()


def _uuid(public_id: UUID) -> UUID | str:
    return public_id if connection.vendor == "postgresql" else public_id.hex


def _json(value: dict[str, Any] | MessageExtras | None) -> str | None:
    return None if value is None else json.dumps(msgspec.to_builtins(value))


def _instant(moment: datetime) -> datetime | str:
    if connection.vendor == "postgresql":
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _moment(value: datetime | None) -> datetime | None:
    # SQLite stores no zone; what is stored is UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
