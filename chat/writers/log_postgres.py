"""Appending messages on PostgreSQL with one function call: the batch is passed as JSON, and the result is JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chat.contracts import AppendOutcome, AppendResult, MovedReadState, NewMessage, PostedMessage
from chat.domain.extras import MessageExtras
from chat.errors import (
    ClientIdReused,
    ConversationNotFound,
    MemberSilenced,
    NotAccepted,
    OnlyAdminsWrite,
    ReplyNotFound,
)
from superapp.core import prepared
from superapp.core.errors import DomainError


class _EntryRequest(msgspec.Struct, omit_defaults=True):
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
    extras: MessageExtras | None = None


class _EntryResult(msgspec.Struct, array_like=True):
    code: str | None
    seq: int | None
    rev: int | None
    counted: int | None
    sent_at: datetime
    is_new: bool


class _BatchResult(msgspec.Struct):
    entries: list[_EntryResult]
    present: list[tuple[int, list[int]]]
    moved: list[MovedReadState]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_BatchResult).decode
# Casts keep it one prepared statement, whichever parameters are null.
_ONE = (
    "SELECT chat_append_one(%s, %s::bigint, %s::text, %s::text, %s::text, %s, %s::text, %s::bigint, %s::text,"
    " %s::jsonb, %s::jsonb, %s::jsonb, %s, %s)"
)
_REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        ClientIdReused,
        ConversationNotFound,
        MemberSilenced,
        NotAccepted,
        OnlyAdminsWrite,
        ReplyNotFound,
    )
}


def append(entries: Sequence[NewMessage], *, now: datetime, checks_permission: bool) -> AppendResult:
    """Append these messages in one call; in autocommit mode the call is the whole transaction."""
    if len(entries) == 1:
        return _append_one(entries[0], now=now, checks_permission=checks_permission)
    return append_batch(entries, now=now, checks_permission=checks_permission)


def append_batch(entries: Sequence[NewMessage], *, now: datetime, checks_permission: bool) -> AppendResult:
    """Append a batch of any size; ``append`` uses a cheaper function for one message."""
    places = {public_id: place for place, public_id in enumerate({entry.conversation_id: 0 for entry in entries}, 1)}
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT chat_append(%s::jsonb, %s, %s)",
            [_encode(_batch_request(entries, places)).decode(), now, checks_permission],
        )
        return _appended(cursor.fetchone()[0], list(places))


def _append_one(entry: NewMessage, *, now: datetime, checks_permission: bool) -> AppendResult:
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
                _json(entry.extras),
                now,
                checks_permission,
            ],
        )
        return _appended(cursor.fetchone()[0], [entry.conversation_id])


def _json(value: dict[str, Any] | MessageExtras | None) -> str | None:
    return None if value is None else _encode(value).decode()


def _appended(notifications: str, public_ids: Sequence[UUID]) -> AppendResult:
    batch = _decode(notifications)
    present = {public_ids[place - 1]: users for place, users in batch.present}
    return AppendResult([_outcome(result) for result in batch.entries], present, batch.moved)


def _batch_request(entries: Sequence[NewMessage], places: dict[UUID, int]) -> dict[str, Any]:
    first_of_side: dict[tuple[int, int], int] = {}
    first_of_key: dict[tuple[int, int, str], int] = {}
    requests = []
    for n, entry in enumerate(entries, start=1):
        place, sender, client_id = places[entry.conversation_id], entry.sender_id, entry.client_id
        requests.append(
            _EntryRequest(
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
                extras=entry.extras,
            )
        )
    return {"places": list(places), "entries": requests}


def _outcome(result: _EntryResult) -> AppendOutcome:
    if result.code is not None:
        return _REFUSALS[result.code]()
    assert result.seq is not None
    assert result.rev is not None
    assert result.counted is not None
    return PostedMessage(result.seq, result.rev, result.counted, result.sent_at, result.is_new)
