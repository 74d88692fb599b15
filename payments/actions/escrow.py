"""Escrow: money for a reference lies in an account of its own until it goes to the merchant or back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from payments import chart, errors, ledger, push, queries
from payments.actions.wallets import open_wallet
from payments.authorization import Authorization
from payments.events import EscrowPaid, EscrowRefunded, EscrowReleased
from payments.fees import FeeRule
from payments.ledger import Answer, Entry, Key, Line, key_for
from payments.ledger.entries import Refund
from payments.models import ESCROW_PAID, Account, Transfer
from payments.offering import offered
from superapp.core import ids
from superapp.core.money import Money


@dataclass(frozen=True, slots=True)
class EscrowRoute:
    """Between which accounts the money for a reference goes: a person's wallet, and the escrow of the reference."""

    reference: str
    payer_id: int
    payer_account_id: int
    escrow_account_id: int
    asset: str


@offered
def pay_into_escrow(
    *,
    reference: str,
    payer_id: int,
    amount: Money,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
) -> Answer:
    """
    Move money from a person's wallet into the escrow of a reference, once for ever.

    May run inside the caller's transaction, which then decides whether all of it happens.
    """
    payer = open_wallet(user_id=payer_id, now=now, asset=amount.asset)
    escrow = _escrow_of(reference, amount.asset, now)
    route = EscrowRoute(reference, payer_id, payer.pk, escrow.pk, amount.asset)
    answer = ledger.post(_payment(route, amount, authorization, idempotency_key), now=now)
    push.wallets_changed(answer.changes)
    return answer


@offered
def ask_escrow_route(*, reference: str, payer_id: int, asset: str, now: datetime) -> Callable[[], EscrowRoute]:
    """
    The accounts of a payment that is about to be made, opened if they were not: the first half of ``pay_into_escrow``,
    for a caller whose transaction locks what is hotter in between. Among statements that are sent together.
    """
    kind = chart.ESCROW
    escrow = ledger.ask_account(chart.code(kind, reference, asset), kind=kind, asset=asset, now=now)
    wallet = queries.ask_wallet_id(payer_id, asset)

    def answered() -> EscrowRoute:
        payer_account_id = wallet() or open_wallet(user_id=payer_id, now=now, asset=asset).pk
        return EscrowRoute(reference, payer_id, payer_account_id, escrow(), asset)

    return answered


def ask_pay_into_escrow(
    route: EscrowRoute, *, amount: Money, authorization: Authorization, idempotency_key: str, now: datetime
) -> Callable[[], Answer]:
    """The second half: the same payment, the same answer, among statements that are sent together."""
    asked = ledger.ask_post(_payment(route, amount, authorization, idempotency_key), now=now)

    def answered() -> Answer:
        answer = asked()
        push.wallets_changed(answer.changes)
        return answer

    return answered


def _payment(route: EscrowRoute, amount: Money, authorization: Authorization, idempotency_key: str) -> Entry:
    public_id = ids.new_id()
    content = {"reference": route.reference, "amount": amount.amount_minor, "asset": amount.asset}
    return Entry(
        key=key_for(f"user:{route.payer_id}:pay", idempotency_key, content),
        kind=ESCROW_PAID,
        authorization=authorization,
        lines=(Line(route.payer_account_id, route.escrow_account_id, amount.positive()),),
        reference=route.reference,
        actor_id=route.payer_id,
        refund_cap=amount,
        public_id=public_id,
        fact=EscrowPaid(
            reference=route.reference,
            journal=str(public_id),
            amount_minor=amount.amount_minor,
            asset=amount.asset,
            payer_id=route.payer_id,
        ),
    )


def release_escrow(
    *,
    reference: str,
    merchant: str,
    fee: FeeRule,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
    amount: Money | None = None,
) -> Answer:
    """
    Pay what lies in escrow, or ``amount`` of it, to a merchant, minus our fee.

    ``merchant`` is an opaque name (``shop.storefront:5``), whose account is opened on first use. May run inside the
    caller's transaction. Once nothing is left, that is final: a reference is paid once. All parts of it go to the one
    merchant who got the first, from whom a refund is taken: another is refused.

    :raises EscrowNotFound: if nothing was ever paid for the reference; it may still come, so nothing is stored
    """
    # Nothing is not everything: only None asks for all that lies there.
    asked = None if amount is None else amount.positive().wire()
    content = {"reference": reference, "merchant": merchant, "fee": fee.name, "amount": asked}
    key = key_for("escrow:release", idempotency_key, content)
    paid = queries.escrow_payment(reference)
    seller = merchant_account(merchant, paid.asset, now)
    till = ledger.open_account(chart.code(chart.FEE, fee.name, paid.asset), kind=chart.FEE, asset=paid.asset, now=now)
    with transaction.atomic():
        escrow = ledger.lock([paid.credit_id])[paid.credit_id]
        before = ledger.answered(key)
        if before is not None:
            return before
        # Nobody is paid meanwhile: whoever releases locks the same escrow.
        first = queries.merchant_paid(reference)
        if first is not None and first.pk != seller.pk:
            return ledger.refuse(key, errors.PaidToAnother.code, now=now)
        gross = Money(escrow.available, escrow.asset) if amount is None else amount
        if not gross:
            return ledger.refuse(key, errors.EscrowEmpty.code, now=now)
        ours = fee.of(gross)
        net = gross - ours
        shares = ((seller, net), (till, ours))
        lines = tuple(Line(escrow.pk, account.pk, share) for account, share in shares if share)
        public_id = ids.new_id()
        return ledger.post(
            Entry(
                key=key,
                kind="escrow_released",
                authorization=authorization,
                lines=lines,
                reference=reference,
                public_id=public_id,
                fact=EscrowReleased(
                    reference=reference,
                    journal=str(public_id),
                    amount_minor=gross.amount_minor,
                    asset=gross.asset,
                    merchant=merchant,
                    fee_minor=ours.amount_minor,
                ),
            ),
            now=now,
        )


def refund_escrow(
    *, reference: str, amount: Money, authorization: Authorization, idempotency_key: str, now: datetime
) -> Answer:
    """
    Pay part or all back to who paid: from escrow as far as it lies there, the rest from the merchant's rolled money.

    All refunds of a reference together never exceed what was paid, nor fifty. May run inside the caller's transaction:
    accounts are locked in the one order (payer, merchant, escrow), and the merchant's inbox is rolled up within it.

    :raises EscrowNotFound: if nothing was ever paid for the reference; it may still come, so nothing is stored
    """
    content = {"reference": reference, "amount": amount.positive().wire()}
    key = key_for("escrow:refund", idempotency_key, content)
    paid = queries.escrow_payment(reference)
    while True:
        merchant = queries.merchant_paid(reference)
        try:
            with transaction.atomic():
                answer = _refund(paid, merchant, amount, authorization, key, now)
        except _ReleasedMeanwhile:
            continue  # Each turn, somebody else's release was committed: there are no more of those than sen.
        push.wallets_changed(answer.changes)
        return answer


class _ReleasedMeanwhile(Exception):
    """The merchant came between the look and the locks: what was locked is let go, and locked anew in the one order."""


def _refund(
    paid: Transfer, merchant: Account | None, amount: Money, authorization: Authorization, key: Key, now: datetime
) -> Answer:
    reference, merchant_id = paid.journal.reference, merchant.pk if merchant else None
    accounts = ledger.lock([paid.debit_id, paid.credit_id, *([merchant_id] if merchant_id else [])])
    before = ledger.answered(key)
    if before is not None:
        return before
    # From here on nothing is released: a release locks the same escrow.
    came = queries.merchant_paid(reference)
    if (came.pk if came else None) != merchant_id:
        raise _ReleasedMeanwhile
    if merchant_id is not None:
        ledger.roll(merchant_id)
    public_id = ids.new_id()
    payer_id = paid.debit.owner_id
    assert payer_id is not None, "escrow is paid from wallets, and wallets have owners"
    entry = Entry(
        key=key,
        kind="escrow_refunded",
        authorization=authorization,
        lines=_refund_lines(accounts[paid.credit_id], merchant, paid.debit_id, amount),
        reference=reference,
        refund=Refund(paid.journal_id, amount),
        public_id=public_id,
        fact=EscrowRefunded(
            reference=reference,
            journal=str(public_id),
            amount_minor=amount.amount_minor,
            asset=amount.asset,
            payer_id=payer_id,
        ),
    )
    return ledger.post(entry, now=now)


def merchant_account(merchant: str, asset: str, now: datetime) -> Account:
    """The account of a merchant, opened if there was none."""
    kind = chart.MERCHANT
    return ledger.open_account(chart.code(kind, merchant, asset), kind=kind, asset=asset, now=now)


def _escrow_of(reference: str, asset: str, now: datetime) -> Account:
    kind = chart.ESCROW
    return ledger.open_account(chart.code(kind, reference, asset), kind=kind, asset=asset, now=now)


def _refund_lines(escrow: Account, merchant: Account | None, payer_account_id: int, amount: Money) -> tuple[Line, ...]:
    if amount.asset != escrow.asset:
        raise errors.AssetMismatch
    from_escrow = min(amount.amount_minor, escrow.available)
    if merchant is None:
        from_escrow = amount.amount_minor
    lines = []
    if from_escrow:
        lines.append(Line(escrow.pk, payer_account_id, Money(from_escrow, amount.asset)))
    if merchant is not None and from_escrow < amount.amount_minor:
        lines.append(Line(merchant.pk, payer_account_id, Money(amount.amount_minor - from_escrow, amount.asset)))
    return tuple(lines)
