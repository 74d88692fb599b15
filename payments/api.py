"""The door of payments: wallets, escrow, holds, top-ups, statements. Money is named by opaque references alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments import chart, queries, statements
from payments.actions import pin_tries
from payments.actions.authorizing import authorize, authorize_operator, means_of_device
from payments.actions.escrow import (
    EscrowRoute,
    ask_escrow_route,
    ask_pay_into_escrow,
    pay_into_escrow,
    refund_escrow,
    release_escrow,
)
from payments.actions.holds import capture_hold, hold_funds, void_hold
from payments.actions.merchants import pay_out_merchant
from payments.actions.pin_tries import WrongTries, forgive_wrong, untold_tries, wrong_elsewhere
from payments.actions.pins import (
    RESET_OPEN_FOR,
    RESET_WAIT,
    ask_pin_reset,
    change_pin,
    check_new_pin,
    end_pin_reset,
    reset_pin,
    set_first_pin,
    set_pin_on_device,
    verify_pin,
)
from payments.actions.topups import approve_top_up, ask_top_up, reject_top_up
from payments.actions.wallets import open_wallet, refuse_too_little, send_money, send_to_person, set_tier
from payments.authorization import BY_TIMER, Authorization
from payments.errors import EscrowNotFound, WalletNotFound
from payments.fees import MICRO, NOTHING, REGULAR, FeeRule
from payments.ledger import Answer, Posted, Refused
from payments.models import Account
from payments.offering import is_offered
from payments.play_money import register as register_play_money
from payments.purposes import Purpose, purposes_of, register_purposes
from payments.queries import Movement
from payments.recipients import Recipient, find_recipient, find_written, payee, recipient
from superapp.core.money import IDR, Money

__all__ = [
    "BY_TIMER",
    "MICRO",
    "NOTHING",
    "REGULAR",
    "Answer",
    "Authorization",
    "EscrowRoute",
    "FeeRule",
    "MerchantBalance",
    "Movement",
    "PinState",
    "Posted",
    "Purpose",
    "Recipient",
    "Refused",
    "Wallet",
    "WalletChanges",
    "WrongTries",
    "approve_top_up",
    "ask_escrow_route",
    "ask_pay_into_escrow",
    "ask_pin_reset",
    "ask_top_up",
    "authorize",
    "authorize_operator",
    "beancount_statement",
    "capture_hold",
    "change_pin",
    "check_new_pin",
    "csv_statement",
    "end_pin_reset",
    "escrow_balance",
    "escrow_balances",
    "find_recipient",
    "find_written",
    "forgive_wrong",
    "hold_funds",
    "is_offered",
    "means_of_device",
    "merchant_balance",
    "pay_into_escrow",
    "pay_out_merchant",
    "payee",
    "pin_alarms",
    "pin_state",
    "purposes_of",
    "receipt",
    "recipient",
    "refund_escrow",
    "refuse_too_little",
    "register_play_money",
    "register_purposes",
    "reject_top_up",
    "release_escrow",
    "reset_pin",
    "send_money",
    "send_to_person",
    "set_first_pin",
    "set_pin_on_device",
    "set_tier",
    "untold_tries",
    "verify_pin",
    "void_hold",
    "wallet",
    "wallet_changes",
    "wallet_history",
    "wallet_rev",
    "wrong_elsewhere",
]

escrow_balances = queries.escrow_balances
pin_alarms = queries.pin_alarms


@dataclass(frozen=True, slots=True)
class Wallet:
    """How a wallet stands; ``rev`` is that of its topic, ``wallet:<public_id>``."""

    public_id: UUID
    rev: int
    balance: Money
    available: Money
    held: Money
    ceiling: Money | None
    status: str


@dataclass(frozen=True, slots=True)
class WalletChanges:
    """What came after a rev: adopt ``rev``; with ``more``, ask again after it."""

    rev: int
    wallet: Wallet
    rows: list[Movement]
    more: bool


@dataclass(frozen=True, slots=True)
class PinState:
    """
    Whether there is a PIN, whether it is locked, and, if one was asked for, from when a new one may be set, and on
    which device.
    """

    is_set: bool
    is_locked: bool
    reset_from: datetime | None = None
    reset_device_id: int | None = None

    def is_reset_on(self, device_id: int | None) -> bool:
        """Whether a new PIN was asked for on this device, and is set nowhere else."""
        return self.reset_from is not None and device_id is not None and self.reset_device_id == device_id


@dataclass(frozen=True, slots=True)
class MerchantBalance:
    """What a merchant may spend, and what is theirs but not rolled up yet."""

    spendable: Money
    waiting: Money

    @property
    def all(self) -> Money:
        return self.spendable + self.waiting


def wallet(user_id: int, *, now: datetime) -> Wallet:
    """A person's wallet, opened on first use."""
    return _wallet(open_wallet(user_id=user_id, now=now))


def wallet_rev(user_id: int, wallet_id: str, *, now: datetime) -> int:
    """
    The rev of a wallet, for its owner.

    :raises WalletNotFound: if it is somebody else's, or there is none
    """
    account = open_wallet(user_id=user_id, now=now)
    if str(account.public_id) != wallet_id:
        raise WalletNotFound
    return account.version


def pin_state(user_id: int, *, device_id: int | None = None, now: datetime) -> PinState:
    """
    How a person's PIN stands on one of their devices; a new one that was asked for and left unused for too long is no
    longer told of.
    """
    row = queries.pin_of(user_id)
    if row is None:
        return PinState(is_set=False, is_locked=False)
    is_set = bool(row.pin_hash)
    is_locked = is_set and pin_tries.is_locked(user_id, device_id)
    reset_from = row.reset_asked_at + RESET_WAIT if row.reset_asked_at else None
    if reset_from is not None and now > reset_from + RESET_OPEN_FOR:
        reset_from = None
    if reset_from is None:
        return PinState(is_set=is_set, is_locked=is_locked)
    return PinState(is_set=is_set, is_locked=is_locked, reset_from=reset_from, reset_device_id=row.reset_device_id)


def wallet_history(
    user_id: int, *, now: datetime, before_seq: int | None = None, limit: int = 50, search: str = ""
) -> list[Movement]:
    """A page of a person's own movements, the newest first."""
    account = open_wallet(user_id=user_id, now=now)
    return queries.movements(account, before_seq=before_seq, limit=limit, search=search)


def wallet_changes(user_id: int, *, after: int, now: datetime) -> WalletChanges:
    """What changed in a person's wallet after this rev; the rev is read before the rows."""
    account = open_wallet(user_id=user_id, now=now)
    rows = queries.movements_after(account, after)
    more = len(rows) == queries.PAGE_MAX
    return WalletChanges(rows[-1].rev if more else account.version, _wallet(account), rows, more)


def receipt(user_id: int, journal: UUID) -> Movement:
    """
    One movement, for whoever has a side of it.

    :raises ReceiptNotFound: if there is none, or this person has no side of it
    """
    return queries.movement_of(user_id, journal)


def csv_statement(user_id: int, *, since: datetime, until: datetime, now: datetime) -> Iterator[str]:
    """
    A person's statement from ``since`` up to but not including ``until``: whole if it ends with the closing balance.
    """
    return statements.as_csv(open_wallet(user_id=user_id, now=now), since, until, now=now)


def beancount_statement(user_id: int, *, since: datetime, until: datetime, now: datetime) -> Iterator[str]:
    """The same as a file that ``bean-check`` proves."""
    return statements.as_beancount(open_wallet(user_id=user_id, now=now), since, until, now=now)


def escrow_balance(reference: str) -> Money:
    """What lies in escrow for a reference."""
    try:
        paid = queries.escrow_payment(reference)
    except EscrowNotFound:
        return Money(0)
    return Money(paid.credit.balance, paid.asset)


def merchant_balance(merchant: str, asset: str = IDR) -> MerchantBalance:
    """What a merchant has; nothing, if nothing was ever paid to them."""
    found = queries.with_waiting(chart.MERCHANT, merchant, asset)
    if found is None:
        return MerchantBalance(Money(0, asset), Money(0, asset))
    account, waiting = found
    return MerchantBalance(Money(account.available, asset), Money(waiting, asset))


def _wallet(account: Account) -> Wallet:
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
