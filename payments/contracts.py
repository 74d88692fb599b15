"""Value types taken and returned by the payments facade, and its wire rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from payments.domain.qris import Criteria
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
    """
    The accounts of an escrow payment: the payer's wallet and that of ``reference``, such as an order's; the platform's
    promotion account where it pays a part.
    """

    reference: str
    payer_id: int
    payer_account_id: int
    escrow_account_id: int
    asset: str
    promotion_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class AngpaoShare:
    """A person's share of the angpao ``reference``."""

    reference: str
    receiver_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class FailedPinAttempts:
    """Failed PIN attempts on one device that the owner has not been told of; ``at`` is the latest."""

    device: UUID | None
    name: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Wallet:
    """The balances and status of a wallet; ``rev`` is the revision of its topic, ``wallet:<public_id>``."""

    public_id: UUID
    rev: int
    balance: Money
    available: Money
    held: Money
    ceiling: Money | None
    status: str

    @property
    def room(self) -> Money | None:
        """The amount that may still come in by the wallet's ceiling, or None if it has none."""
        return None if self.ceiling is None else max(self.ceiling - self.balance, Money(0, self.balance.asset))

    @property
    def is_full(self) -> bool:
        return self.room is not None and not self.room


@dataclass(frozen=True, slots=True)
class WalletChanges:
    """The movements after a revision, with the current wallet; if ``more``, request the next page after ``rev``."""

    rev: int
    wallet: Wallet
    rows: list[Movement]
    more: bool


@dataclass(frozen=True, slots=True)
class PinState:
    """The state of a person's PIN: whether it is set and locked, and a pending reset with its device."""

    is_set: bool
    is_locked: bool
    reset_from: datetime | None = None
    reset_device_id: int | None = None

    def is_reset_on(self, device_id: int | None) -> bool:
        """Return whether a PIN reset is pending that was requested on this device."""
        return self.reset_from is not None and device_id is not None and self.reset_device_id == device_id


@dataclass(frozen=True, slots=True)
class MerchantBalance:
    """A merchant's available balance, and the pending balance that is not rolled up yet."""

    available: Money
    pending: Money

    @property
    def total(self) -> Money:
        return self.available + self.pending


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement as a file, whose bytes are made while they are read."""

    content_type: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDetails:
    """
    A refund that a merchant gave, under its own ``number``.

    ``state`` is ``waiting`` (for the merchant's money), ``done`` or ``failed``; ``is_suspended`` says that the money
    did not fit into the payer's wallet and was set aside.
    """

    public_id: UUID
    number: str
    amount: Money
    reason: str
    state: str
    is_suspended: bool
    requested_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Earnings:
    """Sums of a merchant's postings in minor units: sales, their fees, refunds, and the rest, which has a sign."""

    gross: int
    fees: int
    refunds: int
    other: int

    @property
    def is_something(self) -> bool:
        """Return whether anything came or went."""
        return any((self.gross, self.refunds, self.other))


@dataclass(frozen=True, slots=True)
class SettlementPlan:
    """
    A merchant's rhythm of settlements: ``by_hand``, ``daily`` or ``weekly``, and when the next one is due.

    They go to ``wallet`` or ``bank``. The next one ``waits`` longer than usual if the bank account was just changed.
    """

    rhythm: str
    next_at: datetime | None
    chosen_at: datetime
    target: str
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDetails:
    """
    A settlement of a merchant: sales since the one before are ``gross``, and ``other`` is what the owner took by hand.

    ``reason`` says why something is ``left``: ``wallet_full``, ``refunds_wait``, ``account_not_open`` or
    ``below_minimum``. ``payout`` is on its way to the bank, or was; None if it went to the wallet.
    """

    public_id: UUID
    day: date
    opening: Money
    gross: Money
    fees: Money
    refunds: Money
    net: Money
    other: Money
    paid: Money
    left: Money
    reason: str
    settled_at: datetime
    payout: UUID | None


@dataclass(frozen=True, slots=True)
class FeeBand:
    """A fee in basis points on amounts up to and with ``up_to``; None for all above the band before."""

    up_to: Money | None
    basis_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QrisMerchant:
    """A merchant's account for codes, as it stands in each of them. ``merchant`` is its opaque reference."""

    merchant: str
    pan: str
    nmid: str
    name: str
    city: str
    postal_code: str
    category: str
    criteria: Criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class QrisOffer:
    """
    The content of a scanned code of ours, as it is shown to its payer.

    ``amount`` is None where the payer types it. ``asks_tip`` if the payer may add one. ``bill`` is the id of the code
    for one amount, which can be paid until ``expires_at``.
    """

    merchant: QrisMerchant
    amount: Money | None
    asks_tip: bool
    terminal: str
    note: str
    bill: UUID | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QrisBillDetails:
    """A code for one amount, for its merchant. ``payload`` is what the code says; ``paid_at`` is None until then."""

    public_id: UUID
    amount: Money
    note: str
    payload: str
    made_at: datetime
    expires_at: datetime
    paid_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QrisReceived:
    """
    A payment by code, for its merchant; ``number`` orders them. The payer is not named.

    ``basis_points`` is the rate by which ``fee`` was taken; None for payments of older versions.
    """

    number: int
    journal: UUID
    amount: Money
    tip: Money
    fee: Money
    refunded: Money
    basis_points: int | None
    terminal: str
    note: str
    paid_at: datetime

    @property
    def net(self) -> Money:
        return self.amount - self.fee


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
    """
    Wire row of a movement's purpose: the other side's name (such as a shop), the items paid for, and a detail page's
    URL.
    """

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
    """Wire row of failed PIN attempts on another device; ``device`` is null for attempts without a device."""

    device: str | None
    name: str
    count: int
    at: str


class PinRow(msgspec.Struct, kw_only=True):
    """
    Wire row of the PIN on this device.

    ``state`` is ``missing``, ``set`` or ``locked``; the rest is a pending reset and failed attempts elsewhere.
    """

    state: str
    reset_from: str | None
    reset_here: bool
    wrong_elsewhere: list[FailedPinAttemptsRow]


class WalletChangesRow(msgspec.Struct, kw_only=True):
    """Wire row of the changes of the topic ``wallet``, with the wallet at its latest revision."""

    rev: int
    wallet: WalletRow
    rows: list[MovementRow]
    more: bool


class HistoryPage(msgspec.Struct, kw_only=True):
    """A page of movements, newest first."""

    rows: list[MovementRow]
    more: bool


class WalletResponse(msgspec.Struct):
    wallet: WalletRow
    pin: PinRow


class SendResponse(msgspec.Struct):
    journal: str


class PinCodeResponse(msgspec.Struct):
    """A response after a code was sent: the seconds after which another may be requested."""

    retry_after: int


class PinResetResponse(msgspec.Struct):
    """A response to a PIN reset request: the time from which the new PIN may be set."""

    reset_from: str
