"""Values that the facade of payments takes and returns, and rows of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from superapp.accounts.api import PersonRow
from superapp.core.money import Money


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting of an account with its journal, as shown to the account's owner."""

    journal: UUID
    kind: str
    reference: str
    seq: int
    rev: int
    delta: Money
    held_delta: Money
    balance_after: Money
    held_after: Money
    posted_at: datetime
    memo: str
    peer_kind: str
    peer_id: int | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who may receive money, to be confirmed by name; a memo is allowed for contacts only."""

    user_id: int
    person: PersonRow
    is_contact: bool


@dataclass(frozen=True, slots=True)
class EscrowRoute:
    """The accounts of an escrow payment: the payer's wallet and the escrow of the reference."""

    reference: str
    payer_id: int
    payer_account_id: int
    escrow_account_id: int
    asset: str


@dataclass(frozen=True, slots=True)
class FailedPinAttempts:
    """Failed PIN attempts in one browser that its owner has not been told of; ``at`` is the latest."""

    device: UUID | None
    name: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Wallet:
    """The balances and status of a wallet; ``rev`` is that of its topic, ``wallet:<public_id>``."""

    public_id: UUID
    rev: int
    balance: Money
    available: Money
    held: Money
    ceiling: Money | None
    status: str


@dataclass(frozen=True, slots=True)
class WalletChanges:
    """The movements after a rev, with the wallet; with ``more``, request the next page after ``rev``."""

    rev: int
    wallet: Wallet
    rows: list[Movement]
    more: bool


@dataclass(frozen=True, slots=True)
class PinState:
    """The state of a person's PIN: set or not, locked until when, and a pending reset with its device."""

    is_set: bool
    is_locked: bool
    reset_from: datetime | None = None
    reset_device_id: int | None = None

    def is_reset_on(self, device_id: int | None) -> bool:
        """Return whether a reset of the PIN is pending that was requested on this device."""
        return self.reset_from is not None and device_id is not None and self.reset_device_id == device_id


@dataclass(frozen=True, slots=True)
class MerchantBalance:
    """A merchant's available balance, and the pending one that is not rolled up yet."""

    available: Money
    pending: Money

    @property
    def total(self) -> Money:
        return self.available + self.pending


MoneyRow = dict[str, int | str]


class WalletRow(msgspec.Struct, kw_only=True):
    """Wire row of a wallet."""

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
    """Wire row of one movement of a wallet."""

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


class FailedPinAttemptsRow(msgspec.Struct, kw_only=True):
    """Wire row of failed PIN attempts on another device; ``device`` is null if there was none."""

    device: str | None
    name: str
    count: int
    at: str


class PinRow(msgspec.Struct, kw_only=True):
    """
    Wire row of the PIN on this device: ``missing``, ``set`` or ``locked``, a pending reset, and failed attempts
    elsewhere.
    """

    state: str
    reset_from: str | None
    reset_here: bool
    wrong_elsewhere: list[FailedPinAttemptsRow]


class WalletChangesRow(msgspec.Struct, kw_only=True):
    """Delta of the topic ``wallet``, with the wallet at its rev."""

    rev: int
    wallet: WalletRow
    rows: list[MovementRow]
    more: bool


class HistoryPage(msgspec.Struct, kw_only=True):
    """A page of movements, the newest first."""

    rows: list[MovementRow]
    more: bool


class WalletResponse(msgspec.Struct):
    wallet: WalletRow
    pin: PinRow


class SendResponse(msgspec.Struct):
    journal: str


class PinCodeResponse(msgspec.Struct):
    """The number of seconds after which another code may be requested."""

    retry_after: int


class PinResetResponse(msgspec.Struct):
    """The time from which a new PIN may be set."""

    reset_from: str
