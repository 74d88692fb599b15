"""QR codes for the client's sales: made, paid by a customer, refunded."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from payments.adapters.bank_keys import BankKeys
from payments.domain.qris import MerchantAccount, QrisCode, write_qris
from payments.errors import QrDamaged
from simulators.bank import books, notifications
from simulators.bank.errors import NotPayable
from simulators.bank.models import Account, Notification, QrCode, QrRefund
from simulators.bank.money import write_amount
from simulators.bank.responses import Refusal
from superapp.core.money import Money

GUID = "ID.CO.BANKSIMULASI.WWW"
RETAIL = "5399"


@transaction.atomic
def make_code(
    keys: BankKeys,
    *,
    partner_reference: str,
    amount: int,
    merchant_id: str,
    merchant_name: str,
    merchant_city: str,
    expires_at: datetime,
) -> QrCode:
    """
    Make a code for one payment.

    :raises Refusal: if the client used its reference before, or a text fits into no code
    """
    if QrCode.objects.filter(partner_reference=partner_reference).exists():
        raise Refusal(409, "01")
    reference = f"{secrets.randbelow(10**20):020}"
    # The bank gives each merchant of its client a number of ten digits.
    merchant_number = int(hashlib.sha256(merchant_id.encode()).hexdigest(), 16) % 10**10
    try:
        content = write_qris(
            QrisCode(
                is_dynamic=True,
                account=MerchantAccount(
                    guid=GUID, pan=f"{keys.pan_prefix}{merchant_number:010}", merchant_id=merchant_id
                ),
                nmid=keys.nmid,
                category=RETAIL,
                amount=Money(amount),
                name=merchant_name,
                city=merchant_city,
                reference=reference,
            )
        )
    except (ValueError, QrDamaged):
        raise Refusal(400, "01", "additionalInfo") from None
    return QrCode.objects.create(
        partner_reference=partner_reference, reference=reference, content=content, amount=amount, expires_at=expires_at
    )


def find_payable(content: str, now: datetime) -> QrCode:
    """
    Return the code with this content.

    :raises NotPayable: if it is none of this bank, is paid, or has expired
    """
    code = QrCode.objects.filter(content=content).first()
    if code is None:
        raise NotPayable("QR ini bukan terbitan Bank Simulasi.")
    if code.paid_at is not None:
        raise NotPayable("QR ini sudah dibayar.")
    if code.expires_at <= now:
        raise NotPayable("QR ini sudah kedaluwarsa.")
    return code


@transaction.atomic
def pay_code(keys: BankKeys, content: str, payer: Account, now: datetime) -> QrCode:
    """
    Pay a code from an account, and write down that the client must be told.

    :raises NotPayable: if the code is not to be paid, or the account has too little
    """
    code = find_payable(content, now)
    try:
        journal = books.post(
            payer,
            books.client_account(keys),
            code.amount,
            description=f"QRIS dari {payer.name}",
            partner_reference=code.partner_reference,
            now=now,
        )
    except books.InsufficientFunds:
        raise NotPayable("Saldo tidak cukup.") from None
    code.paid_at, code.payer, code.payment_reference = now, payer, journal.reference
    code.save(update_fields=["paid_at", "payer", "payment_reference"])
    notifications.write(
        Notification.Kind.QR_PAYMENT,
        reference=journal.reference,
        body={
            "originalReferenceNo": code.reference,
            "originalPartnerReferenceNo": code.partner_reference,
            "latestTransactionStatus": "00",
            "transactionStatusDesc": "Success",
            "amount": write_amount(code.amount),
            "additionalInfo": {"referenceNo": journal.reference, "payerName": payer.name},
        },
        now=now,
    )
    return code


@transaction.atomic
def refund(
    keys: BankKeys, code: QrCode, *, partner_refund_no: str, amount: int, reason: str, now: datetime
) -> QrRefund:
    """
    Refund a paid code, or a part of it, once for the client's number; a repeated order returns the first refund.

    :raises Refusal: if it was not paid, more than the rest is asked for, or the number was used for something else
    """
    before = QrRefund.objects.filter(partner_refund_no=partner_refund_no).first()
    if before is not None:
        if (before.code.pk, before.amount) != (code.pk, amount):
            raise Refusal(404, "18")
        return before
    code.refresh_from_db()
    if code.payer is None:
        raise Refusal(403, "15")
    if code.refunded + amount > code.amount:
        raise Refusal(403, "02")
    try:
        journal = books.post(
            books.client_account(keys),
            code.payer,
            amount,
            description=reason or "Pengembalian QRIS",
            partner_reference=partner_refund_no,
            now=now,
        )
    except books.InsufficientFunds:
        raise Refusal(403, "14") from None
    code.refunded += amount
    code.save(update_fields=["refunded"])
    return QrRefund.objects.create(
        code=code,
        partner_refund_no=partner_refund_no,
        refund_no=journal.reference,
        amount=amount,
        refunded_at=now,
    )
