"""A bank in the process of the tests: what it answers is set by the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from payments.adapters.bank import (
    BankAccount,
    BankNotAsked,
    BankRefused,
    GeneratedQr,
    HistoryEntry,
    RefusalReason,
    TransferState,
    TransferStatus,
)
from superapp.core.money import Money


@dataclass
class FakeBank:
    """``answer`` is what the next transfers get: a state, or an exception to raise."""

    answer: TransferState | BaseException = TransferState.DONE
    status: TransferState | BaseException = TransferState.UNKNOWN
    holders: dict[str, str] = field(default_factory=lambda: {"1234567890": "ANA LESTARI"})
    transfers: list[tuple[str, str, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
    qr_codes: list[str] = field(default_factory=list)
    is_silent: Exception | None = None

    def find_holder(self, account: BankAccount) -> BankAccount:
        self._speak()
        if account.number not in self.holders:
            raise BankRefused("4041511", RefusalReason.ACCOUNT_UNKNOWN)
        return BankAccount(bank_code=account.bank_code, number=account.number, holder=self.holders[account.number])

    def transfer(self, to: BankAccount, amount: Money, *, partner_reference: str, now: datetime) -> TransferStatus:
        del now
        self._speak()
        if isinstance(self.answer, BankNotAsked):  # It never arrived.
            raise self.answer
        self.transfers.append((to.number, partner_reference, amount.amount_minor))
        return self._answer(self.answer)

    def get_transfer_status(self, to: BankAccount, *, partner_reference: str) -> TransferStatus:
        del to
        self._speak()
        self.asked.append(partner_reference)
        return self._answer(self.status)

    def generate_qr(self, amount: Money, *, partner_reference: str, expires_at: datetime) -> GeneratedQr:
        del amount, expires_at
        self._speak()
        self.qr_codes.append(partner_reference)
        return GeneratedQr(content=f"QR {partner_reference}", bank_reference=f"B{len(self.qr_codes)}")

    def get_balance(self) -> Money:
        self._speak()
        return Money(0)

    def list_history(self, since: datetime, until: datetime) -> list[HistoryEntry]:
        self._speak()
        return [entry for entry in self.history if since <= entry.at <= until]

    def _speak(self) -> None:
        if self.is_silent is not None:
            raise self.is_silent

    def _answer(self, answer: TransferState | BaseException) -> TransferStatus:
        if isinstance(answer, BaseException):
            raise answer
        return TransferStatus(state=answer, bank_reference="BANK-1")
