"""
Refunds that merchants give: all or part of a payment, once under the merchant's own number.

The money of a payment into escrow comes from there first, then from the merchant's balance. Where that is short, the
refund waits, and is carried out as soon as money comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from payments import errors, push, queries
from payments.actions.escrow import get_or_open_merchant_account, get_or_open_suspense, get_payer_wallet, share_refund
from payments.contracts import RefundDetails
from payments.domain.authorization import BY_TIMER, Authorization
from payments.domain.feature_gates import requires_payments
from payments.domain.refund_shares import pair_shares
from payments.events import EscrowRefunded
from payments.models import ESCROW_PAID, REFUNDS_MAX, Account, Journal, MerchantRefund, Transfer
from payments.queries import refunds
from payments.queries.promotions import Subsidy, find_subsidy
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, PostingResult, TransferLine, derive_key
from payments.writers.ledger.entries import JournalRefund
from superapp.core import ids
from superapp.core.money import Money
from superapp.core.scheduler import every, run_each

WITHIN = timedelta(days=365)
BATCH_MAX = 50

log = structlog.get_logger(__name__)


@requires_payments
def request_refund(
    *,
    merchant: str,
    reference: str,
    number: str,
    amount: Money,
    reason: str = "",
    authorization: Authorization,
    user_id: int,
    now: datetime,
) -> RefundDetails:
    """
    Refund ``amount`` of what was paid under ``reference`` to who paid it, for the merchant that got it.

    The caller knows that this person may act for the merchant, and for an order that it is this merchant's. Repeated
    under its ``number``, the first refund is returned as it is by now. May run inside the caller's transaction.

    :raises PaymentNotRefundable: if nothing refundable of this merchant was paid under the reference
    :raises RefundTooLate: if it was paid more than a year ago
    :raises RefundExceeds: if all refunds together would be more than was paid, or more than fifty
    :raises KeyReused: if the number belongs to a different refund
    """
    payment = refunds.get_refundable_payment(reference, merchant=merchant)
    before = refunds.find_refund(merchant, number)
    if before is not None:
        return _repeated(before, payment, amount)
    if now > payment.posted_at + WITHIN:
        raise errors.RefundTooLate(days=WITHIN.days)
    try:
        with transaction.atomic():
            _require_room(payment, amount.require_positive())
            row = MerchantRefund.objects.create(
                merchant=merchant,
                number=number,
                payment=payment,
                amount=amount.amount_minor,
                reason=reason,
                requested_by_id=user_id,
                requested_at=now,
            )
    except IntegrityError:
        won = refunds.find_refund(merchant, number)
        if won is None:
            raise
        return _repeated(won, payment, amount)
    return refunds.to_refund_details(_carry_out(row.pk, authorization, now))


def _repeated(row: MerchantRefund, payment: Journal, amount: Money) -> RefundDetails:
    if (row.payment_id, row.amount) != (payment.pk, amount.amount_minor):
        raise errors.KeyReused
    return refunds.to_refund_details(row)


def _require_room(payment: Journal, amount: Money) -> None:
    """Check the payment's counter, locked, with the refunds that wait; the database counts those that are done."""
    counter = refunds.lock_refundable(payment)
    waiting, waiting_count = refunds.sum_waiting(payment)
    if counter.refunded + waiting + amount.amount_minor > counter.cap or counter.refunds + waiting_count >= REFUNDS_MAX:
        raise errors.RefundExceeds


@every(seconds=10)
def carry_out_waiting(now: datetime) -> int:
    """Carry out the refunds that waited for money that has come; return how many were closed."""
    payable = refunds.list_payable_ids(limit=BATCH_MAX)
    return run_each(payable, lambda refund_id: _carry_out(refund_id, BY_TIMER, now).closed_at is not None)


def _carry_out(refund_id: int, authorization: Authorization, now: datetime) -> MerchantRefund:
    """Post a refund that waits, if its money is there; the row and its journal are one commit."""
    while True:
        try:
            with transaction.atomic():
                row = refunds.lock_refund(refund_id)
                if row.state == MerchantRefund.State.WAITING:
                    sources = _Sources.find(row, now)
                    answer = _post(row, sources, authorization, now)
                    if answer is not None:
                        _close(row, answer, now, is_suspended=sources.is_suspended)
                return row
        except _ReleasedConcurrently:
            continue  # Ends: each turn means another release was committed, and their number is bounded.


class _ReleasedConcurrently(Exception):
    """A release was committed between the first read and the locks; the refund is tried again with its merchant."""


def _close(row: MerchantRefund, answer: PostingResult, now: datetime, *, is_suspended: bool) -> None:
    row.closed_at = now
    if isinstance(answer, Posted):
        row.state, row.journal_id, row.is_suspended = MerchantRefund.State.DONE, answer.journal_id, is_suspended
    else:
        log.warning("refund_failed", refund=str(row.public_id), refusal=answer.code)
        row.state = MerchantRefund.State.FAILED
    row.save(update_fields=["state", "journal_id", "is_suspended", "closed_at"])
    push.wallets_changed(answer.changes)


class _Sources:
    """
    The accounts of a refund: of the payer, of the escrow if it was paid into one, of the merchant if it has one, and
    the promotion account if the platform paid a part.
    """

    def __init__(
        self,
        payer: Account,
        escrow: Account | None,
        merchant: Account | None,
        paid: Transfer,
        subsidy: Subsidy | None = None,
    ) -> None:
        self.payer, self.escrow, self.merchant = payer, escrow, merchant
        self.paid, self.subsidy = paid, subsidy
        self.is_suspended = False

    @classmethod
    def find(cls, row: MerchantRefund, now: datetime) -> _Sources:
        payment = row.payment
        if payment.kind == ESCROW_PAID:
            paid = queries.get_escrow_payment(payment.reference)
            merchant = queries.find_paid_merchant(payment.reference)
            return cls(get_payer_wallet(paid, now), paid.credit, merchant, paid, find_subsidy(paid))
        first = Transfer.objects.select_related("debit").get(journal=payment, line=1)
        return cls(first.debit, None, get_or_open_merchant_account(row.merchant, first.asset, now), first)

    def lock(self) -> None:
        """Lock all accounts in the ledger's order, with all that the merchant has received."""
        found = [account.pk for account in (self.payer, self.escrow, self.merchant) if account is not None]
        found += [self.subsidy.account_id] if self.subsidy else []
        locked = ledger.lock_accounts(found)
        if self.merchant is not None and ledger.roll_up(self.merchant.pk):
            locked = ledger.lock_accounts(found)
        self.payer = locked[self.payer.pk]
        self.escrow = locked[self.escrow.pk] if self.escrow else None
        self.merchant = locked[self.merchant.pk] if self.merchant else None


def _post(row: MerchantRefund, sources: _Sources, authorization: Authorization, now: datetime) -> PostingResult | None:
    """Return the ledger's answer, or None if the merchant's money is short."""
    sources.lock()
    amount, reference = Money(row.amount), row.payment.reference
    if sources.escrow is not None:
        came = queries.find_paid_merchant(reference)
        if (came.pk if came else None) != (sources.merchant.pk if sources.merchant else None):
            raise _ReleasedConcurrently
    from_escrow = min(row.amount, sources.escrow.available) if sources.escrow else 0
    from_merchant = row.amount - from_escrow
    if from_merchant and (sources.merchant is None or sources.merchant.available < from_merchant):
        return None
    wallet, (to_payer, to_platform) = sources.payer, share_refund(sources.paid, sources.subsidy, amount)
    sources.is_suspended = wallet.ceiling is not None and wallet.balance + to_payer > wallet.ceiling
    to_id = get_or_open_suspense(amount.asset, now).pk if sources.is_suspended else wallet.pk
    shares = ((sources.escrow, from_escrow), (sources.merchant, from_merchant))
    targets = [(to_id, to_payer), (sources.subsidy.account_id if sources.subsidy else 0, to_platform)]
    pairs = pair_shares([(one.pk, share) for one, share in shares if one], targets)
    public_id = ids.new_id()
    is_order = sources.escrow is not None
    return ledger.post(
        JournalEntry(
            key=derive_key("refund", str(row.public_id), {}),
            kind="escrow_refunded" if is_order else "qris_refunded",
            authorization=authorization,
            lines=tuple(TransferLine(one, other, Money(share)) for one, other, share in pairs),
            reference=reference,
            actor_id=row.requested_by_id,
            refund=JournalRefund(row.payment_id, amount),
            public_id=public_id,
            fact=_fact(row, wallet, public_id, sources.is_suspended, to_platform) if is_order else None,
        ),
        now=now,
    )


def _fact(
    row: MerchantRefund, wallet: Account, journal: object, is_suspended: bool, to_platform: int
) -> EscrowRefunded:
    assert wallet.owner_id is not None, "wallets have owners"
    return EscrowRefunded(
        reference=row.payment.reference,
        journal=str(journal),
        amount_minor=row.amount,
        asset=wallet.asset,
        payer_id=wallet.owner_id,
        is_suspended=is_suspended,
        subsidy_minor=to_platform,
    )
