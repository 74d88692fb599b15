"""Serializers of wallets, movements and PIN state to wire rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from payments.contracts import (
    FailedPinAttempts,
    FailedPinAttemptsRow,
    Movement,
    MovementRow,
    PinRow,
    PinState,
    PurposeRow,
    Wallet,
    WalletRow,
)
from payments.models import Account
from payments.queries.counterparts import Counterpart, fetch_counterparts
from superapp.core import clock
from superapp.core.money import Money


def serialize_wallet(shown: Wallet) -> WalletRow:
    return WalletRow(
        id=str(shown.public_id),
        rev=shown.rev,
        balance=shown.balance.to_wire(),
        available=shown.available.to_wire(),
        held=shown.held.to_wire(),
        ceiling=_serialize_money(shown.ceiling),
        status=shown.status,
    )


def to_wallet(account: Account) -> Wallet:
    money = account.asset
    return Wallet(
        public_id=account.public_id,
        rev=account.version,
        balance=Money(account.balance, money),
        available=Money(account.available, money),
        held=Money(account.held, money),
        ceiling=None if account.ceiling is None else Money(account.ceiling, money),
        status=account.status,
    )


def serialize_movements(rows: Sequence[Movement]) -> list[MovementRow]:
    """Serialize movements with their people and purposes, each fetched once for all rows."""
    return [_serialize_movement(row, other) for row, other in zip(rows, fetch_counterparts(rows), strict=True)]


def serialize_pin(state: PinState, wrong_elsewhere: list[FailedPinAttempts], *, device_id: int | None) -> PinRow:
    word = "missing" if not state.is_set else "locked" if state.is_locked else "set"
    reset_from = clock.to_wire(state.reset_from) if state.reset_from else None
    return PinRow(
        state=word,
        reset_from=reset_from,
        reset_here=state.is_reset_on(device_id),
        wrong_elsewhere=[
            FailedPinAttemptsRow(
                device=str(one.device) if one.device else None, name=one.name, count=one.count, at=clock.to_wire(one.at)
            )
            for one in wrong_elsewhere
        ],
    )


def _serialize_movement(row: Movement, other: Counterpart) -> MovementRow:
    purpose = other.purpose
    return MovementRow(
        journal=str(row.journal),
        kind=row.kind,
        seq=row.seq,
        rev=row.rev,
        amount=row.delta.to_wire(),
        held=row.held_delta.to_wire(),
        balance_after=row.balance_after.to_wire(),
        at=clock.to_wire(row.posted_at),
        memo=row.memo,
        peer=other.person,
        purpose=PurposeRow(name=purpose.name, items=purpose.items, address=purpose.address) if purpose else None,
    )


def _serialize_money(money: Money | None) -> dict[str, Any] | None:
    return money.to_wire() if money is not None else None
