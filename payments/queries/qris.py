"""Queries of codes for payment: a merchant's account, what a scanned code stands for, and what was paid."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings

from payments.contracts import QrisBillDetails, QrisMerchant, QrisOffer, QrisReceived
from payments.domain import merchant_numbers, qris
from payments.domain.purposes import Purpose, register_purpose_resolver
from payments.domain.qris import QrisCode, Tip
from payments.errors import PaymentNotRefundable, QrisAccountNotFound, QrisAltered, QrisBillNotFound, QrisOtherAcquirer
from payments.models import AppliedFee, QrisAccount, QrisBill, QrisPayment, Refundable
from superapp.core import ids
from superapp.core.money import Money

REFERENCE_PREFIX = "payments.qris"
PAYMENTS_PAGE_MAX = 50
FOUND_MAX = 200


def find_qris_account(merchant: str) -> QrisAccount | None:
    return QrisAccount.objects.filter(merchant=merchant).first()


def get_qris_account(merchant: str) -> QrisAccount:
    """
    Return the account of a merchant.

    :raises QrisAccountNotFound: if it has none
    """
    account = find_qris_account(merchant)
    if account is None:
        raise QrisAccountNotFound
    return account


def find_scanned_account(code: QrisCode) -> QrisAccount:
    """
    Return our account that a scanned code names.

    :raises QrisOtherAcquirer: if the account is of another acquirer, or the code is for a transfer
    :raises QrisAltered: if it bears our number as acquirer, and we have no such account
    """
    account = QrisAccount.objects.filter(pan=code.account.pan).first()
    if account is not None and not code.is_transfer:
        return account
    if code.account.acquirer == settings.QRIS_ACQUIRER_NUMBER:
        raise QrisAltered
    raise QrisOtherAcquirer


def find_scanned_bill(code: QrisCode, account: QrisAccount) -> QrisBill | None:
    """
    Return the bill of a scanned code, or None for a code of many payments.

    :raises QrisAltered: if the code differs in any value from what was issued
    """
    bill = None
    if merchant_numbers.fold_text(code.terminal, qris.REFERENCE_CHARS_MAX) != code.terminal:
        raise QrisAltered
    if code.is_dynamic:
        bill = QrisBill.objects.filter(account=account, reference=code.reference).first()
        if bill is None:
            raise QrisAltered
    # Whether a tip is asked for, and the label of a table, belong to the printed code; a tip that is fixed is not ours.
    issued = compose_code(account, bill, terminal=code.terminal, asks_tip=code.tip == Tip())
    if issued != code:
        raise QrisAltered
    return bill


def compose_code(
    account: QrisAccount, bill: QrisBill | None = None, *, terminal: str = "", asks_tip: bool = False
) -> QrisCode:
    """Return the content of a merchant's code: of a bill, or for many payments."""
    return QrisCode(
        is_dynamic=bill is not None,
        account=qris.MerchantAccount(
            guid=settings.QRIS_NETWORK,
            pan=account.pan,
            merchant_id=merchant_numbers.merchant_id(account.pan),
            criteria=qris.Criteria(account.criteria),
        ),
        nmid=account.nmid,
        category=account.category,
        amount=Money(bill.amount) if bill else None,
        tip=Tip() if asks_tip else None,
        name=account.name,
        city=account.city,
        postal_code=account.postal_code,
        reference=bill.reference if bill else "",
        terminal=terminal,
    )


def is_bill_paid(bill: QrisBill) -> bool:
    return QrisPayment.objects.filter(bill=bill).exists()


def get_bill(merchant: str, public_id: UUID) -> QrisBillDetails:
    """
    Return a bill of a merchant.

    :raises QrisBillNotFound: if there is none, or it is another merchant's
    """
    bill = QrisBill.objects.select_related("account").filter(account__merchant=merchant, public_id=public_id).first()
    if bill is None:
        raise QrisBillNotFound
    paid_at = QrisPayment.objects.filter(bill=bill).values_list("paid_at", flat=True).first()
    return to_bill_details(bill, paid_at)


def list_received(merchant: str, *, before: int | None = None, limit: int = PAYMENTS_PAGE_MAX) -> list[QrisReceived]:
    """Return the payments by code to a merchant, newest first, before the cursor ``before``."""
    rows = QrisPayment.objects.filter(account__merchant=merchant).select_related(
        "journal__applied_fee__rule", "journal__refundable", "bill"
    )
    if before is not None:
        rows = rows.filter(journal_id__lt=before)
    return [_to_received(row) for row in rows.order_by("-journal_id")[:limit]]


def get_received(merchant: str, journal: UUID) -> QrisReceived:
    """
    Return one payment by code to a merchant.

    :raises PaymentNotRefundable: if there is none, or it is another merchant's
    """
    rows = QrisPayment.objects.select_related("journal__applied_fee__rule", "journal__refundable", "bill")
    found = rows.filter(account__merchant=merchant, journal__public_id=journal).first()
    if found is None:
        raise PaymentNotRefundable
    return _to_received(found)


def _to_received(row: QrisPayment) -> QrisReceived:
    counter: Refundable | None = getattr(row.journal, "refundable", None)
    return QrisReceived(
        number=row.journal_id,
        journal=row.journal.public_id,
        amount=Money(row.amount),
        tip=Money(row.tip),
        fee=Money(row.fee),
        refunded=Money(counter.refunded if counter else 0),
        basis_points=_applied_rate(row),
        terminal=row.terminal,
        note=row.bill.note if row.bill else "",
        paid_at=row.paid_at,
    )


def _applied_rate(payment: QrisPayment) -> int | None:
    """Return the rate by which a payment was charged; None if that was before rules were stored with it."""
    applied: AppliedFee | None = getattr(payment.journal, "applied_fee", None)
    return None if applied is None else applied.rule.basis_points


def to_merchant(account: QrisAccount) -> QrisMerchant:
    return QrisMerchant(
        merchant=account.merchant,
        pan=account.pan,
        nmid=account.nmid,
        name=account.name,
        city=account.city,
        postal_code=account.postal_code,
        category=account.category,
        criteria=qris.Criteria(account.criteria),
    )


def to_offer(code: QrisCode, account: QrisAccount, bill: QrisBill | None) -> QrisOffer:
    return QrisOffer(
        merchant=to_merchant(account),
        amount=code.amount,
        asks_tip=code.tip is not None,
        terminal=code.terminal,
        note=bill.note if bill else "",
        bill=bill.public_id if bill else None,
        expires_at=bill.expires_at if bill else None,
    )


def to_bill_details(bill: QrisBill, paid_at: datetime | None) -> QrisBillDetails:
    return QrisBillDetails(
        public_id=bill.public_id,
        amount=Money(bill.amount),
        note=bill.note,
        payload=qris.write_qris(compose_code(bill.account, bill)),
        made_at=bill.made_at,
        expires_at=bill.expires_at,
        paid_at=paid_at,
    )


def payment_reference(journal: UUID) -> str:
    """Return the opaque reference of a payment by code."""
    return f"{REFERENCE_PREFIX}:{journal}"


def describe_payments(references: Collection[str]) -> dict[str, Purpose]:
    """Return the merchant of each payment by code, and what its code said."""
    journals = [journal for one in references if (journal := ids.parse_id(one.partition(":")[2]))]
    rows = QrisPayment.objects.filter(journal__public_id__in=journals).select_related("account", "bill", "journal")
    return {
        payment_reference(row.journal.public_id): Purpose(
            name=row.account.name, items=(row.bill.note if row.bill else "") or row.terminal
        )
        for row in rows
    }


def find_payments(payer_id: int, written: str) -> list[str]:
    """List the references of a person's payments by code to merchants with this text in their name."""
    rows = QrisPayment.objects.filter(payer_id=payer_id, account__name__icontains=written).order_by("-journal_id")
    return [payment_reference(one) for one in rows.values_list("journal__public_id", flat=True)[:FOUND_MAX]]


register_purpose_resolver(REFERENCE_PREFIX, describe_payments, find_payments)
