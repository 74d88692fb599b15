"""
The statements of the log: sets through ``unnest`` on PostgreSQL, plain statements on SQLite; the same rows on both.

Written by hand since this is the path of every message: through the ORM it costs many times as much.
"""
# ruff: noqa: S608  # What is put into statements is names of ours and placeholders.

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from chat import frames
from chat.models import Message
from superapp.core import clock, prepared

LOCKING = "FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
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

    @property
    def counts(self) -> bool:
        return self.is_news or self.kind != Message.Kind.EVENT

    def content_hash(self) -> str:
        """Of all that the sender said, so that a retry can be told from something else."""
        content = [self.kind, self.body, self.reply_to, self.card_type, self.card, self.event]
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands. ``is_new`` is false for a retry of one that was there already."""

    seq: int
    rev: int
    counted: int
    sent_at: datetime
    is_new: bool


@dataclass(slots=True)
class LockedConversation:
    """A conversation under lock; its numbers grow here and are stored at the end of the batch."""

    id: int
    public_id: UUID
    # The two people of a direct conversation, by user id; empty for a group.
    pair: tuple[int, ...]
    last_seq: int
    rev: int
    counted: int


@dataclass(slots=True)
class Side:
    """The side of somebody who posts: their read mark, and what a row of topic ``me`` must say besides."""

    id: int
    conversation_id: int
    user_id: int
    from_seq: int
    read_seq: int
    read_counted: int
    own_since: int
    muted_until: datetime | None
    is_pinned: bool
    hidden_seq: int
    draft: str
    rev: int

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
class StoredMessage:
    """A message that stands already under the same sender and ``client_id``."""

    seq: int
    rev: int
    counted: int
    sent_at: datetime
    content_hash: str

    def posted(self) -> Posted:
        return Posted(self.seq, self.rev, self.counted, self.sent_at, is_new=False)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A message that was numbered and is to be stored."""

    entry: Entry
    locked: LockedConversation
    posted: Posted
    content_hash: str


def lock(public_ids: Collection[UUID]) -> dict[UUID, LockedConversation]:
    """
    Lock these conversations in the order of their ids, which is the same for everybody. Missing ones are left out.
    """
    condition, params = _among("public_id", [_uuid(public_id) for public_id in public_ids])
    # SQLite has one writer, and it is us already.
    locking = LOCKING if connection.vendor == "postgresql" else ""
    rows = prepared.ask(
        "SELECT id, public_id, direct_key, last_seq, rev, counted FROM chat_conversation"
        f" WHERE {condition} ORDER BY id {locking}",
        params,
    )()
    locked = [
        LockedConversation(pk, UUID(str(public_id)), _pair(direct_key), last_seq, rev, counted)
        for pk, public_id, direct_key, last_seq, rev, counted in rows
    ]
    return {conversation.public_id: conversation for conversation in locked}


def audiences(conversation_ids: Collection[int]) -> Callable[[], dict[int, list[int]]]:
    """Ask who is in each conversation now, by user id."""
    condition, params = _among("conversation_id", conversation_ids)
    gathered = "array_agg(user_id)" if connection.vendor == "postgresql" else "json_group_array(user_id)"
    rows = prepared.ask(
        f"SELECT conversation_id, {gathered} FROM chat_member WHERE {condition} AND until_seq IS NULL"
        " GROUP BY conversation_id",
        params,
    )

    def answer() -> dict[int, list[int]]:
        found: dict[int, list[int]] = {conversation: [] for conversation in conversation_ids}
        for conversation, users in rows():
            found[conversation] = json.loads(users) if isinstance(users, str) else users
        return found

    return answer


def sides(pairs: Collection[tuple[int, int]]) -> Callable[[], dict[tuple[int, int], Side]]:
    """Ask for the sides of those of these (conversation id, user id) who are in it now."""
    condition, params = _among_tuples(("conversation_id", "user_id"), ("bigint", "bigint"), pairs)
    rows = prepared.ask(
        "SELECT id, conversation_id, user_id, from_seq, read_seq, read_counted, own_since, muted_until, is_pinned,"
        f" hidden_seq, draft, rev FROM chat_member WHERE {condition} AND until_seq IS NULL",
        params,
    )

    def answer() -> dict[tuple[int, int], Side]:
        found = {}
        for pk, conversation, user, from_seq, read, counted, own, muted, pinned, hidden, draft, rev in rows():
            found[conversation, user] = Side(
                pk, conversation, user, from_seq, read, counted, own, _moment(muted), bool(pinned), hidden, draft, rev
            )
        return found

    return answer


def stored(keys: Collection[tuple[int, int, str]]) -> Callable[[], dict[tuple[int, int, str], StoredMessage]]:
    """Ask what already stands under these (conversation id, sender id, client id)."""
    condition, params = _among_tuples(("conversation_id", "sender_id", "client_id"), ("bigint", "bigint", "text"), keys)
    rows = prepared.ask(
        "SELECT conversation_id, sender_id, client_id, seq, rev, counted, sent_at, content_hash"
        f" FROM chat_message WHERE {condition}",
        params,
    )

    def answer() -> dict[tuple[int, int, str], StoredMessage]:
        found = {}
        for conversation, sender, client_id, seq, rev, counted, sent_at, content_hash in rows():
            moment = _moment(sent_at)
            assert moment is not None
            found[conversation, sender, client_id] = StoredMessage(seq, rev, counted, moment, content_hash)
        return found

    return answer


def insert(fresh: Iterable[Fresh]) -> None:
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
            _instant(one.posted.sent_at),
        )
        for one in fresh
    ]
    names = (
        "conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body, reply_to, card_type,"
        " card, event, sent_at"
    )
    if connection.vendor == "postgresql":
        numbers, words = ["bigint"] * 5, ["text"] * 4
        types = [*numbers, *words, "bigint", "text", "jsonb", "jsonb", "timestamptz"]
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        _run(
            f"INSERT INTO chat_message ({names}, edits) SELECT *, 0 FROM unnest({arrays})",
            [list(column) for column in zip(*rows, strict=True)],
        )
    else:
        marks = ", ".join(["%s"] * 14)
        _run_many(f"INSERT INTO chat_message ({names}, edits) VALUES ({marks}, 0)", rows)


def advance_conversations(conversations: Iterable[LockedConversation], changed: int) -> None:
    """Store how far the numbers of locked conversations have grown."""
    rows = [(one.last_seq, one.rev, one.counted, changed, one.id) for one in conversations]
    if connection.vendor == "postgresql":
        _run(
            "UPDATE chat_conversation c"
            " SET last_seq = n.last_seq, rev = n.rev, counted = n.counted, changed = n.changed"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
            " AS n(last_seq, rev, counted, changed, id) WHERE c.id = n.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
    else:
        _run_many(
            "UPDATE chat_conversation SET last_seq = %s, rev = %s, counted = %s, changed = %s WHERE id = %s", rows
        )


def move_sides(moved: Iterable[Side], changed: int) -> None:
    """Store the read marks of those who posted."""
    rows = [(one.read_seq, one.read_counted, one.own_since, one.rev, changed, one.id) for one in moved]
    if connection.vendor == "postgresql":
        _run(
            "UPDATE chat_member m SET read_seq = n.read_seq, read_counted = n.read_counted, own_since = n.own_since,"
            " rev = n.rev, changed = n.changed, delivered_seq = greatest(m.delivered_seq, n.read_seq)"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
            " AS n(read_seq, read_counted, own_since, rev, changed, id) WHERE m.id = n.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
    else:
        _run_many(
            "UPDATE chat_member SET read_seq = %s, read_counted = %s, own_since = %s, rev = %s, changed = %s,"
            " delivered_seq = max(delivered_seq, %s) WHERE id = %s",
            [(*row[:5], row[0], row[5]) for row in rows],
        )


def _among(column: str, values: Collection[Any]) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)


def _among_tuples(
    columns: tuple[str, ...], types: tuple[str, ...], rows: Collection[tuple[Any, ...]]
) -> tuple[str, list[Any]]:
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        values = [[row[place] for row in rows] for place in range(len(columns))]
        return f"({names}) IN (SELECT * FROM unnest({arrays}))", values
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    # An empty VALUES is no SQL; nothing is among nothing.
    return (f"({names}) IN (VALUES {marks})" if rows else "1 = 0"), [value for row in rows for value in row]


def _run(sql: str, params: Sequence[Any]) -> None:
    with prepared.cursor() as cursor:
        cursor.execute(sql, params)


def _run_many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _pair(direct_key: str | None) -> tuple[int, ...]:
    return tuple(int(user_id) for user_id in direct_key.split(":")) if direct_key else ()


def _uuid(public_id: UUID) -> UUID | str:
    return public_id if connection.vendor == "postgresql" else public_id.hex


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


def _instant(moment: datetime) -> datetime | str:
    if connection.vendor == "postgresql":
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _moment(value: datetime | None) -> datetime | None:
    # SQLite stores no zone; what is stored is UTC.
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
