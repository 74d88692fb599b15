"""Payments to virtual accounts of the client: the bank asks the client about the number, then books and tells."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_signatures import format_timestamp
from simulators.bank import books, client_calls, notifications
from simulators.bank.errors import NotPayable
from simulators.bank.models import Account, Journal, Notification
from simulators.bank.money import read_amount, write_amount
from simulators.bank.settings import current

INQUIRY_PATH = "/transfer-va/inquiry"
_REASONS = {
    "12": "Nomor VA ini tidak dikenal.",
    "14": "VA ini sudah dibayar.",
    "19": "VA ini sudah kedaluwarsa.",
}


@dataclass(frozen=True, slots=True)
class Bill:
    """The client's answer about a number: the name, and the amount, or None where the payer chooses it."""

    number: str
    customer_no: str
    name: str
    amount: int | None
    request_id: str


def inquire(typed: str, now: datetime) -> Bill:
    """
    Ask the client about a virtual account, as a person typed its number.

    :raises NotPayable: if it is none of the client, or the client does not want it paid
    """
    keys = current().keys
    digits, prefix = re.sub(r"[\s.-]", "", typed), keys.va_prefix.strip()
    customer_no = digits.removeprefix(prefix)
    if not digits.startswith(prefix) or not re.fullmatch(r"[0-9]{1,20}", customer_no, re.ASCII):
        raise NotPayable("Nomor VA ini bukan untuk Bank Simulasi.")
    request_id = f"{now:%Y%m%d}{secrets.token_hex(10)}"
    try:
        answer = client_calls.call_with_token(
            INQUIRY_PATH,
            {
                **_naming(keys, customer_no),
                "inquiryRequestId": request_id,
                "trxDateInit": format_timestamp(now),
            },
            now,
        )
    except client_calls.ClientUnreachable:
        raise NotPayable("Penerima tidak menjawab. Coba lagi sebentar.") from None
    data = answer.body.get("virtualAccountData")
    if answer.status != 200 or not isinstance(data, dict):
        raise NotPayable(_REASONS.get(answer.case, "VA ini tidak bisa dibayar sekarang."))
    return _read_bill(digits, customer_no, request_id, data)


def _read_bill(number: str, customer_no: str, request_id: str, data: dict[str, object]) -> Bill:
    reason = data.get("inquiryReason")
    if data.get("inquiryStatus", "00") != "00":
        said = reason.get("indonesia") if isinstance(reason, dict) else None
        raise NotPayable(str(said or "VA ini tidak bisa dibayar sekarang."))
    try:
        amount = read_amount(data.get("totalAmount"))
    except ValueError:
        raise NotPayable("Jawaban penerima tidak terbaca.") from None
    is_open = data.get("virtualAccountTrxType") == "O" or amount == 0
    name = str(data.get("virtualAccountName") or "")[:255]
    return Bill(number, customer_no, name, None if is_open else amount, request_id)


@transaction.atomic
def pay(bill: Bill, payer: Account, amount: int, now: datetime) -> Journal:
    """
    Pay a bill from an account, and write down that the client must be told.

    :raises NotPayable: if it is for another amount, or the account has too little
    """
    keys = current().keys
    if bill.amount not in (None, amount):
        raise NotPayable("Jumlahnya harus sama dengan tagihan.")
    number = f"{keys.va_prefix}{bill.customer_no}"
    try:
        journal = books.post(
            payer,
            books.client_account(keys),
            amount,
            description=f"VA {bill.number} dari {payer.name}",
            virtual_account=number,
            now=now,
        )
    except books.InsufficientFunds:
        raise NotPayable("Saldo tidak cukup.") from None
    notifications.write(
        Notification.Kind.VA_PAYMENT,
        reference=journal.reference,
        body={
            **_naming(keys, bill.customer_no),
            "virtualAccountName": bill.name,
            "paymentRequestId": bill.request_id,
            "paidAmount": write_amount(amount),
            "trxDateTime": format_timestamp(now),
            "referenceNo": journal.reference,
        },
        now=now,
    )
    return journal


def _naming(keys: BankKeys, customer_no: str) -> dict[str, str]:
    return {
        "partnerServiceId": keys.va_prefix,
        "customerNo": customer_no,
        "virtualAccountNo": f"{keys.va_prefix}{customer_no}",
    }
