"""
The interface of a bank at which the money of wallets lies, whatever it speaks on the wire.

An adapter never decides: it asks, and says what it was told. An answer that did not come is ``BankSilent``, which is
never a refusal: the request may have been carried out, so it is looked up and not sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from superapp.core.money import Money


class BankSilent(Exception):
    """No answer came that can be understood; whether the request was carried out is not known."""


class BankNotAsked(BankSilent):
    """The request did not leave: the bank is out of reach, so that nothing can have been carried out."""


class BankRefused(Exception):
    """The bank refused; nothing was carried out. ``code`` is the bank's, ``reason`` one of ours."""

    def __init__(self, code: str, reason: RefusalReason) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class RefusalReason(StrEnum):
    """The reasons of a refusal that people can do something about, and ``other``."""

    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_INACTIVE = "account_inactive"
    AMOUNT_LIMIT = "amount_limit"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    OTHER = "other"


class TransferState(StrEnum):
    """The state of a transfer at the bank; ``unknown`` transfers never arrived there."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStatus:
    state: TransferState
    bank_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account at a bank, by the bank's code, its number and the name of its holder as that bank has it."""

    bank_code: str
    number: str
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedQr:
    """A code for one payment; ``bank_reference`` is the bank's number of the code."""

    content: str
    bank_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """
    One movement of our account at the bank; a positive amount came in.

    ``reference`` is the bank's number of the movement, ``partner_reference`` ours where we began it or made its code,
    ``virtual_account`` the number that was paid to; the last two may be empty.
    """

    reference: str
    partner_reference: str
    virtual_account: str
    amount: Money
    at: datetime
    remark: str


class Bank(Protocol):
    """A bank. Every call may raise ``BankSilent`` or ``BankRefused``, and none runs in a transaction."""

    def find_holder(self, account: BankAccount) -> BankAccount:
        """Return the account with the name of its holder."""

    def transfer(self, to: BankAccount, amount: Money, *, partner_reference: str, now: datetime) -> TransferStatus:
        """Transfer money from our account, once for each ``partner_reference``."""

    def get_transfer_status(self, to: BankAccount, *, partner_reference: str) -> TransferStatus:
        """Return the state of a transfer that was asked for under this reference."""

    def generate_qr(self, amount: Money, *, partner_reference: str, expires_at: datetime) -> GeneratedQr:
        """Return a code by which exactly this amount can be paid once, until it expires."""

    def get_balance(self) -> Money:
        """Return the balance of our account."""

    def list_history(self, since: datetime, until: datetime) -> list[HistoryEntry]:
        """Return the movements of our account in this time, oldest first."""
