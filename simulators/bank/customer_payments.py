"""Payments that a customer makes, by a page or by a test: of a virtual account, or of a code."""

from __future__ import annotations

from datetime import datetime

from simulators.bank import books, connections, qr_codes, va_payments
from simulators.bank.errors import NotPayable
from simulators.bank.models import Account
from simulators.bank.settings import current


def find_payer(number: str) -> Account:
    """
    Return the account that somebody pays from.

    :raises NotPayable: if nobody can pay from it
    """
    found = next((account for account in books.payers(current().keys) if account.number == number), None)
    if found is None:
        raise NotPayable("Rekening pembayar tidak ada.")
    return found


def pay_virtual_account(typed: str, *, payer: Account, amount: int | None, now: datetime) -> str:
    """
    Ask about a number and pay it; ``amount`` is None for what the bill says. Return the bank's reference.

    :raises NotPayable: if it cannot be paid so
    :raises connections.Dropped: if the fault strikes
    """
    bill = va_payments.inquire(typed, now)
    chosen = bill.amount if amount is None else amount
    if chosen is None:
        raise NotPayable("Isi jumlahnya dulu.")
    connections.drop_before_commit("va")
    reference = va_payments.pay(bill, payer, chosen, now).reference
    connections.drop_after_commit("va")
    return reference


def pay_qr_code(content: str, *, payer: Account, now: datetime) -> str:
    """
    Pay a code by its text. Return the bank's reference.

    :raises NotPayable: if it cannot be paid so
    :raises connections.Dropped: if the fault strikes
    """
    connections.drop_before_commit("qr")
    reference = qr_codes.pay_code(current().keys, content.strip(), payer, now).payment_reference
    connections.drop_after_commit("qr")
    return reference
