"""Rows of wallets on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from payments.api import Movement, PinState, Purpose, Wallet, WrongTries, purposes_of
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.money import Money

MoneyRow = dict[str, int | str]


class WalletRow(msgspec.Struct, kw_only=True):
    """How a wallet stands."""

    id: str
    rev: int
    balance: MoneyRow
    available: MoneyRow
    held: MoneyRow
    ceiling: MoneyRow | None
    status: str


class PurposeRow(msgspec.Struct, kw_only=True):
    """The purpose of a movement: name of the other side (such as a shop), the items paid for, URL of a detail page."""

    name: str
    items: str
    address: str


class MovementRow(msgspec.Struct, kw_only=True):
    """
    A line of a wallet's statement. ``peer`` is the other person, where it was one; ``purpose`` what the money was for,
    where a product knows.
    """

    journal: str
    kind: str
    seq: int
    rev: int
    amount: MoneyRow
    held: MoneyRow
    balance_after: MoneyRow
    at: str
    memo: str
    peer: PersonRow | None
    purpose: PurposeRow | None = None


class WrongTriesRow(msgspec.Struct, kw_only=True):
    """Wrong tries of the PIN on another device, by its public id and name; null and empty if on none."""

    device: str | None
    name: str
    count: int
    at: str


class PinRow(msgspec.Struct, kw_only=True):
    """
    How the PIN stands on this device: ``missing``, ``set`` or ``locked``; from when a new one may be set, and whether
    here; and wrong tries elsewhere of which the owner is to be told.
    """

    state: str
    reset_from: str | None
    reset_here: bool
    wrong_elsewhere: list[WrongTriesRow]


class Changes(msgspec.Struct, kw_only=True):
    """A delta of topic ``wallet``, with how the wallet stands at its rev."""

    rev: int
    wallet: WalletRow
    rows: list[MovementRow]
    more: bool


class History(msgspec.Struct, kw_only=True):
    """A page of movements, the newest first."""

    rows: list[MovementRow]
    more: bool


def wallet(shown: Wallet) -> WalletRow:
    return WalletRow(
        id=str(shown.public_id),
        rev=shown.rev,
        balance=shown.balance.wire(),
        available=shown.available.wire(),
        held=shown.held.wire(),
        ceiling=_wire(shown.ceiling),
        status=shown.status,
    )


def movements(rows: Sequence[Movement]) -> list[MovementRow]:
    """Movements with the people in them, who come in one query, and their purposes, which come in one of each kind."""
    people = accounts.people({row.peer_id for row in rows if row.peer_id is not None})
    purposes = purposes_of(row.reference for row in rows)
    return [_movement(row, people, purposes.get(row.reference)) for row in rows]


def pin(state: PinState, wrong_elsewhere: list[WrongTries], *, device_id: int | None) -> PinRow:
    word = "missing" if not state.is_set else "locked" if state.is_locked else "set"
    reset_from = clock.wire(state.reset_from) if state.reset_from else None
    return PinRow(
        state=word,
        reset_from=reset_from,
        reset_here=state.is_reset_on(device_id),
        wrong_elsewhere=[
            WrongTriesRow(
                device=str(one.device) if one.device else None, name=one.name, count=one.count, at=clock.wire(one.at)
            )
            for one in wrong_elsewhere
        ],
    )


def _movement(row: Movement, people: dict[int, PersonRow], purpose: Purpose | None) -> MovementRow:
    return MovementRow(
        journal=str(row.journal),
        kind=row.kind,
        seq=row.seq,
        rev=row.rev,
        amount=row.delta.wire(),
        held=row.held_delta.wire(),
        balance_after=row.balance_after.wire(),
        at=clock.wire(row.posted_at),
        memo=row.memo,
        peer=people.get(row.peer_id) if row.peer_id is not None else None,
        purpose=PurposeRow(name=purpose.name, items=purpose.items, address=purpose.address) if purpose else None,
    )


def _wire(money: Money | None) -> dict[str, Any] | None:
    return money.wire() if money is not None else None
