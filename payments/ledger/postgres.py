"""The ledger's one statement on PostgreSQL: everything goes down as JSON, and every answer comes back in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from payments.ledger.entries import Change, Entry, Key, Outcome, Posted, Refused, Reused, accounts_of
from superapp.core import prepared


class _Answered(msgspec.Struct):
    outcome: str
    code: str
    journal_id: int | None
    public_id: UUID | None
    replayed: bool


class _Account(msgspec.Struct):
    id: int
    version: int
    balance: int
    held: int


class _Result(msgspec.Struct):
    journals: list[_Answered]
    accounts: list[_Account] | None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Result).decode


def post(entries: Sequence[Entry], *, now: datetime) -> list[Outcome]:
    """
    Post all in one call. In autocommit that is the whole transaction: BEGIN and COMMIT around it would cost a third.
    """
    statement, request = _statement(entries, now)
    with prepared.cursor() as cursor:
        cursor.execute(statement, [request])
        return _outcomes(entries, cursor.fetchone()[0])


def ask(entries: Sequence[Entry], *, now: datetime) -> Callable[[], list[Outcome]]:
    """The same among other statements that are sent together: see ``prepared.together``."""
    statement, request = _statement(entries, now)
    rows = prepared.ask(statement, [request])
    return lambda: _outcomes(entries, rows()[0][0])


def refuse(key: Key, code: str, *, now: datetime) -> bool:
    """Store a refusal; False if the key was answered before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payments_refuse_request(%s, %s, %s, %s, %s)", [key.scope, key.key, key.content_hash, code, now]
        )
        return bool(cursor.fetchone()[0])


def roll(account_id: int, rows_max: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_roll(%s, %s)", [account_id, rows_max])
        return int(cursor.fetchone()[0])


def _statement(entries: Sequence[Entry], now: datetime) -> tuple[str, str]:
    if len(entries) == 1 and len(entries[0].lines) == 1:
        return "SELECT payments_post_one(%s)", _encode(_request_for_one(entries[0], now)).decode()
    return "SELECT payments_post(%s)", _encode(_request(entries, now)).decode()


def _outcomes(entries: Sequence[Entry], answer: str) -> list[Outcome]:
    result = _decode(answer)
    changes = {x.id: Change(x.id, x.version, x.balance, x.held) for x in result.accounts or ()}
    return [_outcome(entry, answered, changes) for entry, answered in zip(entries, result.journals, strict=True)]


def _outcome(entry: Entry, answered: _Answered, changes: dict[int, Change]) -> Outcome:
    if answered.outcome == "reused":
        return Reused()
    if answered.outcome == "refused":
        return Refused(answered.code, answered.replayed)
    assert answered.journal_id is not None
    assert answered.public_id is not None
    touched = dict.fromkeys(account for line in entry.lines for account in (line.debit_id, line.credit_id))
    changed = () if answered.replayed else tuple(changes[account] for account in touched if account in changes)
    return Posted(answered.journal_id, answered.public_id, answered.replayed, changed)


def _request_for_one(entry: Entry, now: datetime) -> dict[str, Any]:
    (line,) = entry.lines
    request = _journal(1, entry, now)
    request |= {
        "now": now,
        "debit": line.debit_id,
        "credit": line.credit_id,
        "asset": line.amount.asset,
        "amount": line.amount.amount_minor,
        "phase": line.phase,
        "pending": line.pending_id,
        "expires_at": line.expires_at,
    }
    if entry.refund:
        request |= {"refunds": entry.refund.journal_id, "refund_amount": entry.refund.amount.amount_minor}
    if entry.refund_cap or entry.memo or entry.fact:
        request["extras"] = [_extra(1, entry)]
    return request


def _request(entries: Sequence[Entry], now: datetime) -> dict[str, Any]:
    accounts, debited = accounts_of(entries)
    slots = {account: slot for slot, account in enumerate(accounts, start=1)}
    journals: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    extras: list[dict[str, Any]] = []
    for n, entry in enumerate(entries, start=1):
        journals.append(_journal(n, entry, now))
        if entry.refund_cap or entry.memo or entry.fact:
            extras.append(_extra(n, entry))
        for number, line in enumerate(entry.lines, start=1):
            is_last = number == len(entry.lines)
            lines.append(
                {
                    "n": len(lines) + 1,
                    "j": n,
                    "line": number,
                    "is_last": is_last,
                    "asset": line.amount.asset,
                    "d": slots[line.debit_id],
                    "c": slots[line.credit_id],
                    "amount": line.amount.amount_minor,
                    "phase": line.phase,
                    "pending": line.pending_id,
                    "expires_at": line.expires_at,
                    "refunds": entry.refund.journal_id if entry.refund and is_last else None,
                    "refund_amount": entry.refund.amount.amount_minor if entry.refund and is_last else None,
                }
            )
    request = {
        "now": now,
        "accounts": accounts,
        "debited": sorted(slots[account] for account in debited),
        "journals": journals,
        "lines": lines,
    }
    return {**request, "extras": extras} if extras else request


def _journal(n: int, entry: Entry, now: datetime) -> dict[str, Any]:
    return {
        "n": n,
        "scope": entry.key.scope,
        "key": entry.key.key,
        "hash": entry.key.content_hash,
        "public_id": entry.public_id,
        "kind": entry.kind,
        "reference": entry.reference,
        "actor_id": entry.actor_id,
        "reverses_id": entry.refund.journal_id if entry.refund else None,
        "memo_hash": entry.memo_hash,
        "event_at": entry.event_at or now,
    }


def _extra(n: int, entry: Entry) -> dict[str, Any]:
    return {
        "j": n,
        "refund_cap": entry.refund_cap.amount_minor if entry.refund_cap else None,
        "memo": entry.memo or None,
        "memo_salt": entry.memo_salt if entry.memo else None,
        "fact_name": entry.fact.name if entry.fact else None,
        "fact_key": entry.fact.key if entry.fact else None,
        "fact": entry.fact.payload() if entry.fact else None,
    }
