"""Queries of the refunds that merchants give."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat

from payments.contracts import RefundDetails
from payments.domain.chart_of_accounts import ESCROW, MERCHANT, account_code
from payments.errors import PaymentNotRefundable
from payments.models import (
    ESCROW_PAID,
    Account,
    Inbox,
    Journal,
    MerchantRefund,
    QrisPayment,
    Refundable,
    Transfer,
)
from superapp.core.money import IDR, Money

QRIS_PAID = "qris_paid"
# What stands around a merchant's name in the code of its account.
_PREFIX, _SUFFIX = account_code(MERCHANT, "?", IDR).split("?")


def get_refundable_payment(reference: str, *, merchant: str) -> Journal:
    """
    Return the journal that paid this reference: an order's, or a payment by one of the merchant's codes.

    :raises PaymentNotRefundable: if there is none, or the code is another merchant's
    """
    paid = Journal.objects.filter(reference=reference, kind__in=[ESCROW_PAID, QRIS_PAID]).order_by("pk").first()
    if paid is None or not reference:
        raise PaymentNotRefundable
    if paid.kind == QRIS_PAID and not QrisPayment.objects.filter(journal=paid, account__merchant=merchant).exists():
        raise PaymentNotRefundable
    return paid


def lock_refundable(payment: Journal) -> Refundable:
    """
    Lock and return the refund counter of a payment.

    :raises PaymentNotRefundable: if it has none
    """
    found = Refundable.objects.select_for_update(no_key=True).filter(journal=payment).first()
    if found is None:
        raise PaymentNotRefundable
    return found


def find_refund(merchant: str, number: str) -> MerchantRefund | None:
    return MerchantRefund.objects.filter(merchant=merchant, number=number).first()


def lock_refund(refund_id: int) -> MerchantRefund:
    """Lock and return a refund with its payment."""
    rows = MerchantRefund.objects.select_for_update(of=("self",), no_key=True).select_related("payment")
    return rows.get(pk=refund_id)


def list_payable_ids(*, limit: int) -> list[int]:
    """
    List the refunds that wait and for which the money has come, the oldest first.

    Those of a merchant without money are left out, so that they take no turn of anybody else's.
    """
    code = Concat(Value(_PREFIX), OuterRef("merchant"), Value(_SUFFIX))
    balance = Account.objects.filter(code=code).values_list(F("credits") - F("debits") - F("held"))
    queued = Inbox.objects.filter(account__code=code).values("account").annotate(total=Sum("amount")).values("total")
    in_escrow = Transfer.objects.filter(journal=OuterRef("payment"), line=1, credit__kind=ESCROW.name).values_list(
        F("credit__credits") - F("credit__debits") - F("credit__held")
    )
    rows = MerchantRefund.objects.filter(state=MerchantRefund.State.WAITING).annotate(
        money=Coalesce(Subquery(balance), 0) + Coalesce(Subquery(queued), 0) + Coalesce(Subquery(in_escrow), 0)
    )
    return list(rows.filter(money__gte=F("amount")).order_by("pk").values_list("pk", flat=True)[:limit])


def sum_waiting(payment: Journal) -> tuple[int, int]:
    """Return the sum in minor units and the number of a payment's refunds that wait."""
    rows = MerchantRefund.objects.filter(payment=payment, state=MerchantRefund.State.WAITING)
    amounts = list(rows.values_list("amount", flat=True))
    return sum(amounts), len(amounts)


def sum_waiting_of(merchant: str) -> int:
    """Return the sum in minor units of a merchant's refunds that wait."""
    rows = MerchantRefund.objects.filter(merchant=merchant, state=MerchantRefund.State.WAITING)
    return sum(rows.values_list("amount", flat=True))


def list_refunds(reference: str) -> list[RefundDetails]:
    """List the refunds of what was paid under this reference, oldest first, those that wait with them."""
    rows = MerchantRefund.objects.filter(payment__reference=reference).order_by("pk")
    return [to_refund_details(row) for row in rows]


def to_refund_details(row: MerchantRefund) -> RefundDetails:
    return RefundDetails(
        public_id=row.public_id,
        number=row.number,
        amount=Money(row.amount),
        reason=row.reason,
        state=row.state,
        is_suspended=row.is_suspended,
        requested_at=row.requested_at,
        closed_at=row.closed_at,
    )
