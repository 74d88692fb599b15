"""The log's one statement on PostgreSQL: a batch goes down as JSON, and every answer comes back in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chat.errors import ClientIdReused, ConversationNotFound, NotAccepted, ReplyNotFound
from chat.log_entries import Appended, Entry, Moved, Outcome, Posted
from superapp.core import prepared
from superapp.core.errors import DomainError


class _Asked(msgspec.Struct, omit_defaults=True):
    n: int
    c: int
    s: int
    k: int
    sender: int
    client_id: str
    hash: str
    kind: str
    counts: bool
    body: str = ""
    reply_to: int | None = None
    card_type: str = ""
    card: dict[str, Any] | None = None
    event: dict[str, Any] | None = None


class _Answered(msgspec.Struct, array_like=True):
    code: str | None
    seq: int | None
    rev: int | None
    counted: int | None
    sent_at: datetime
    is_new: bool


class _Answer(msgspec.Struct):
    entries: list[_Answered]
    present: list[tuple[int, list[int]]]
    moved: list[Moved]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Answer).decode
# Whatever is null, it stays one statement to the server.
_ONE = (
    "SELECT chat_append_one(%s, %s::bigint, %s::text, %s::text, %s::text, %s, %s::text, %s::bigint, %s::text,"
    " %s::jsonb, %s::jsonb, %s, %s)"
)
_REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal for refusal in (ClientIdReused, ConversationNotFound, NotAccepted, ReplyNotFound)
}


def append(entries: Sequence[Entry], *, now: datetime, asks_leave: bool) -> Appended:
    """
    Post all of these in one call. In autocommit that is the whole transaction, one way there and one back.
    """
    if len(entries) == 1:
        return _append_one(entries[0], now=now, asks_leave=asks_leave)
    return append_batch(entries, now=now, asks_leave=asks_leave)


def append_batch(entries: Sequence[Entry], *, now: datetime, asks_leave: bool) -> Appended:
    """The same however many they are; one alone costs less by itself."""
    places = {public_id: place for place, public_id in enumerate({entry.conversation_id: 0 for entry in entries}, 1)}
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT chat_append(%s::jsonb, %s, %s)", [_encode(_request(entries, places)).decode(), now, asks_leave]
        )
        return _appended(cursor.fetchone()[0], list(places))


def _append_one(entry: Entry, *, now: datetime, asks_leave: bool) -> Appended:
    with prepared.cursor() as cursor:
        cursor.execute(
            _ONE,
            [
                entry.conversation_id,
                entry.sender_id,
                entry.client_id,
                entry.content_hash(),
                entry.kind,
                entry.counts,
                entry.body,
                entry.reply_to,
                entry.card_type,
                _json(entry.card),
                _json(entry.event),
                now,
                asks_leave,
            ],
        )
        return _appended(cursor.fetchone()[0], [entry.conversation_id])


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else _encode(value).decode()


def _appended(told: str, public_ids: Sequence[UUID]) -> Appended:
    answer = _decode(told)
    present = {public_ids[place - 1]: users for place, users in answer.present}
    return Appended([_outcome(answered) for answered in answer.entries], present, answer.moved)


def _request(entries: Sequence[Entry], places: dict[UUID, int]) -> dict[str, Any]:
    first_of_side: dict[tuple[int, int], int] = {}
    first_of_key: dict[tuple[int, int, str], int] = {}
    asked = []
    for n, entry in enumerate(entries, start=1):
        place, sender, client_id = places[entry.conversation_id], entry.sender_id, entry.client_id
        asked.append(
            _Asked(
                n=n,
                c=place,
                s=first_of_side.setdefault((place, sender), n),
                k=first_of_key.setdefault((place, sender, client_id), n),
                sender=sender,
                client_id=client_id,
                hash=entry.content_hash(),
                kind=entry.kind,
                counts=entry.counts,
                body=entry.body,
                reply_to=entry.reply_to,
                card_type=entry.card_type,
                card=entry.card,
                event=entry.event,
            )
        )
    return {"places": list(places), "entries": asked}


def _outcome(answered: _Answered) -> Outcome:
    if answered.code is not None:
        return _REFUSALS[answered.code]()
    assert answered.seq is not None
    assert answered.rev is not None
    assert answered.counted is not None
    return Posted(answered.seq, answered.rev, answered.counted, answered.sent_at, answered.is_new)
