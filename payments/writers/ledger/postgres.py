"""Posting on PostgreSQL in one function call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from payments.writers.ledger.entries import (
    AccountChange,
    IdempotencyKey,
    JournalEntry,
    Posted,
    PostingOutcome,
    Refused,
    Reused,
    collect_accounts,
)
from superapp.core import prepared


class _StoredResponse(msgspec.Struct):
    """A response that an earlier request stored under its idempotency key."""

    outcome: str
    code: str
    journal_id: int | None
    public_id: UUID | None


class _Result(msgspec.Struct):
    """
    The answer of the posting function.

    Per journal: its id, or None if its key was answered before, and the code of a refusal. ``changes`` lists the
    changed accounts.
    """

    journals: list[int | None]
    codes: list[str | None]
    before: list[_StoredResponse] | None
    changes: list[tuple[int, int, int, int]] | None


class _Journal(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A journal in a request to post several, in the words of ``payments_post``.

    Fields that are None are omitted; `payments_post` reads a missing key as NULL, and parsing the JSON is a seventh of
    its time.
    """

    n: int
    scope: str
    key: str
    hash: str
    public_id: UUID
    kind: str
    reference: str
    memo_hash: str
    event_at: datetime
    actor_id: int | None = None
    reverses_id: int | None = None


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A transfer of journal ``j`` in such a request; ``d`` and ``c`` are positions among its accounts."""

    n: int
    j: int
    line: int
    is_last: bool
    asset: str
    d: int
    c: int
    amount: int
    phase: str
    pending: int | None = None
    expires_at: datetime | None = None
    refunds: int | None = None
    refund_amount: int | None = None


_PARAMETERS = (
    "now", "scope", "key", "hash", "public_id", "kind", "reference", "actor_id", "reverses_id", "memo_hash", "event_at",
    "debit", "credit", "asset", "amount", "phase", "pending", "expires_at", "refund_amount", "extras",
)  # fmt: skip
_POST_ONE = f"SELECT payments_post_one({', '.join(f'p_{name} => %({name})s' for name in _PARAMETERS)})"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Result).decode


def post(entries: Sequence[JournalEntry], *, now: datetime) -> list[PostingOutcome]:
    """
    Post all entries in one call.

    In autocommit mode the call is the whole transaction: an explicit BEGIN and COMMIT would cost a third more.
    """
    statement, values = _statement(entries, now)
    with prepared.cursor() as cursor:
        cursor.execute(statement, values)
        return _outcomes(entries, cursor.fetchone()[0])


def pipeline_post(entries: Sequence[JournalEntry], *, now: datetime) -> Callable[[], list[PostingOutcome]]:
    """Queue the posting among statements that are sent together (see ``prepared.pipeline``)."""
    statement, values = _statement(entries, now)
    rows = prepared.execute_deferred(statement, values)
    return lambda: _outcomes(entries, rows()[0][0])


def store_refusal(key: IdempotencyKey, code: str, *, now: datetime) -> bool:
    """Store a refusal; return False if the key was answered before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payments_refuse_request(%s, %s, %s, %s, %s)", [key.scope, key.key, key.content_hash, code, now]
        )
        return bool(cursor.fetchone()[0])


def roll_up(account_id: int, rows_max: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_roll(%s, %s)", [account_id, rows_max])
        return int(cursor.fetchone()[0])


def _statement(entries: Sequence[JournalEntry], now: datetime) -> tuple[str, prepared.Values]:
    if len(entries) == 1 and len(entries[0].lines) == 1:
        return _POST_ONE, _single_parameters(entries[0], now)
    return "SELECT payments_post(%s)", [_encode(_request(entries, now)).decode()]


def _outcomes(entries: Sequence[JournalEntry], answer: str) -> list[PostingOutcome]:
    result = _decode(answer)
    changes = {change[0]: AccountChange(*change) for change in result.changes or ()}
    assert result.journals.count(None) == len(result.before or ()), "a key that is not ours was answered before"
    before = iter(result.before or ())
    return [
        _outcome(entry, journal_id, code, changes) if journal_id else _replayed(next(before))
        for entry, journal_id, code in zip(entries, result.journals, result.codes, strict=True)
    ]


def _outcome(
    entry: JournalEntry, journal_id: int, code: str | None, changes: dict[int, AccountChange]
) -> PostingOutcome:
    if code:
        return Refused(code)
    touched = dict.fromkeys(account for line in entry.lines for account in (line.debit_id, line.credit_id))
    return Posted(journal_id, entry.public_id, changes=tuple(changes[x] for x in touched if x in changes))


def _replayed(before: _StoredResponse) -> PostingOutcome:
    if before.outcome == "reused":
        return Reused()
    if before.outcome == "refused":
        return Refused(before.code, replayed=True)
    assert before.journal_id is not None
    assert before.public_id is not None
    return Posted(before.journal_id, before.public_id, replayed=True)


def _single_parameters(entry: JournalEntry, now: datetime) -> dict[str, str | None]:
    """
    Return the parameters of ``payments_post_one``.

    All are sent as text, so that PostgreSQL takes the types from the function; numbers of different sizes would
    otherwise prepare one statement per combination of types.
    """
    (line,) = entry.lines
    moment = now.isoformat()
    return {
        "now": moment,
        "scope": entry.key.scope,
        "key": entry.key.key,
        "hash": entry.key.content_hash,
        "public_id": str(entry.public_id),
        "kind": entry.kind,
        "reference": entry.reference,
        "actor_id": _text(entry.actor_id),
        "reverses_id": _text(entry.refund.journal_id) if entry.refund else None,
        "memo_hash": entry.memo_hash,
        "event_at": entry.event_at.isoformat() if entry.event_at else moment,
        "debit": str(line.debit_id),
        "credit": str(line.credit_id),
        "asset": line.amount.asset,
        "amount": str(line.amount.amount_minor),
        "phase": line.phase,
        "pending": _text(line.pending_id),
        "expires_at": line.expires_at.isoformat() if line.expires_at else None,
        "refund_amount": str(entry.refund.amount.amount_minor) if entry.refund else None,
        "extras": _encode([_extra(1, entry)]).decode() if entry.refund_cap or entry.memo or entry.fact else None,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _request(entries: Sequence[JournalEntry], now: datetime) -> dict[str, Any]:
    accounts, debited = collect_accounts(entries)
    slots = {account: slot for slot, account in enumerate(accounts, start=1)}
    journals: list[_Journal] = []
    lines: list[_Line] = []
    extras: list[dict[str, Any]] = []
    for n, entry in enumerate(entries, start=1):
        journals.append(_journal(n, entry, now))
        if entry.refund_cap or entry.memo or entry.fact:
            extras.append(_extra(n, entry))
        for number, line in enumerate(entry.lines, start=1):
            is_last = number == len(entry.lines)
            refund = entry.refund if is_last else None
            lines.append(
                _Line(
                    n=len(lines) + 1,
                    j=n,
                    line=number,
                    is_last=is_last,
                    asset=line.amount.asset,
                    d=slots[line.debit_id],
                    c=slots[line.credit_id],
                    amount=line.amount.amount_minor,
                    phase=line.phase,
                    pending=line.pending_id,
                    expires_at=line.expires_at,
                    refunds=refund.journal_id if refund else None,
                    refund_amount=refund.amount.amount_minor if refund else None,
                )
            )
    request = {
        "now": now,
        "accounts": accounts,
        "debited": sorted(slots[account] for account in debited),
        "journals": journals,
        "lines": lines,
    }
    return {**request, "extras": extras} if extras else request


def _journal(n: int, entry: JournalEntry, now: datetime) -> _Journal:
    return _Journal(
        n=n,
        scope=entry.key.scope,
        key=entry.key.key,
        hash=entry.key.content_hash,
        public_id=entry.public_id,
        kind=entry.kind,
        reference=entry.reference,
        memo_hash=entry.memo_hash,
        event_at=entry.event_at or now,
        actor_id=entry.actor_id,
        reverses_id=entry.refund.journal_id if entry.refund else None,
    )


def _extra(n: int, entry: JournalEntry) -> dict[str, Any]:
    return {
        "j": n,
        "refund_cap": entry.refund_cap.amount_minor if entry.refund_cap else None,
        "memo": entry.memo or None,
        "memo_salt": entry.memo_salt if entry.memo else None,
        "fact_name": entry.fact.name if entry.fact else None,
        "fact_key": entry.fact.key if entry.fact else None,
        "fact": entry.fact.payload() if entry.fact else None,
    }
