"""Payments by code (QRIS) from a wallet to a merchant of ours."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from payments import push, queries
from payments.actions import pins
from payments.actions.escrow import get_or_open_merchant_account
from payments.actions.fee_rules import store_applied_fee
from payments.actions.qris_accounts import require_qris_amount
from payments.actions.wallets import get_or_open_wallet, require_not_frozen
from payments.contracts import QrisOffer
from payments.domain import chart_of_accounts, qris
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.domain.fees import FeeChannel
from payments.domain.qris import QrisCode
from payments.errors import QrisBillPaid, QrisExpired
from payments.events import QrisPaid
from payments.models import Account, FeeRule, QrisAccount, QrisBill, QrisPayment
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, JournalEntry, PostingResult, TransferLine, derive_key
from superapp.core import ids
from superapp.core.errors import AmountInvalid
from superapp.core.money import Money


@requires_payments
def read_offer(payload: str, *, now: datetime) -> QrisOffer:
    """
    Return what a scanned code asks for, if it can be paid from here.

    :raises QrUnknown, QrDamaged, QrForeign: if it is no code for payment, or not a whole one of Indonesia
    :raises QrisOtherAcquirer: if it is of another acquirer
    :raises QrisAltered: if it differs from what we issued
    :raises QrisExpired, QrisBillPaid: if it was for one payment, and is over
    """
    code, account, bill = _read(payload, now)
    return queries.to_offer(code, account, bill)


@requires_payments
def pay_qris(
    *,
    payer_id: int,
    payload: str,
    amount: Money,
    tip: Money | None = None,
    device_id: int | None = None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Pay a merchant by the payload of its code, once per idempotency key, and return the result.

    ``amount`` is without the tip; where the code has an amount, it must be that. A repeated request gets its stored
    response without asking for the PIN, even if the code has expired since. A bill is paid once, whoever pays it.

    :raises DomainError: those of ``read_offer``; nothing is stored under the key then
    :raises QrisAmountInvalid: if amount and tip are more than one payment may be
    :raises AmountInvalid: if the amount is not that of the code, or a tip is given that it does not ask for
    :raises AmountNotWhole: if the payer wrote the amount, and it has a fraction of a rupiah
    :raises PinWrong: or another error of ``verify_pin``; nothing is stored under the key then
    :raises KeyReused: if the key was used for a different request
    """
    tip = tip or Money(0, amount.asset)
    key = _key(payer_id, payload, amount, tip, idempotency_key)
    before = ledger.find_response(key)
    if before is not None:
        return before
    code, account, bill = _read(payload, now)
    _require_sums(code, amount, tip)
    authorization = pins.verify_pin(user_id=payer_id, device_id=device_id, pin=pin, now=now)
    rule = queries.find_fee_rule(
        FeeChannel.QRIS, amount + tip, at=now, criteria=account.criteria, category=account.category
    )
    payment = QrisPayment(
        account=account,
        bill=bill,
        payer_id=payer_id,
        amount=(amount + tip).amount_minor,
        tip=tip.amount_minor,
        fee=rule.of(amount + tip).amount_minor,
        terminal=code.terminal,
        paid_at=now,
    )
    answer = _post(payment, rule, key, authorization, now)
    push.wallets_changed(answer.changes)
    return answer


def find_qris_response(
    *, payer_id: int, payload: str, amount: Money, tip: Money, idempotency_key: str
) -> PostingResult | None:
    """
    Return the stored response to a payment by code, or None if it was not tried.

    :raises KeyReused: if the key was used for a different request
    """
    return ledger.find_response(_key(payer_id, payload, amount, tip, idempotency_key))


def _key(payer_id: int, payload: str, amount: Money, tip: Money, idempotency_key: str) -> IdempotencyKey:
    content = {"payload": payload, "amount": amount.to_wire(), "tip": tip.to_wire()}
    return derive_key(f"user:{payer_id}:qris", idempotency_key, content)


def _post(
    payment: QrisPayment, rule: FeeRule, key: IdempotencyKey, authorization: Authorization, now: datetime
) -> PostingResult:
    """Post the journal and store the payment, both or none; the database decides which payment of a bill is first."""
    entry = _entry(payment, rule, key, authorization, now)
    try:
        with transaction.atomic():
            answer = ledger.post(entry, now=now)
            if isinstance(answer, ledger.Posted) and not answer.replayed:
                payment.journal_id = answer.journal_id
                payment.save(force_insert=True)
                store_applied_fee(answer, rule, gross=Money(payment.amount), fee=Money(payment.fee))
    except IntegrityError:
        if payment.bill is None or not queries.is_bill_paid(payment.bill):
            raise
        raise QrisBillPaid from None
    return answer


def _entry(
    payment: QrisPayment, rule: FeeRule, key: IdempotencyKey, authorization: Authorization, now: datetime
) -> JournalEntry:
    public_id = ids.new_id()
    merchant = payment.account.merchant
    return JournalEntry(
        key=key,
        kind="qris_paid",
        authorization=authorization,
        lines=_lines(payment, rule, now),
        reference=queries.payment_reference(public_id),
        actor_id=payment.payer_id,
        refund_cap=Money(payment.amount),
        public_id=public_id,
        fact=QrisPaid(
            merchant=merchant,
            journal=str(public_id),
            payer_id=payment.payer_id,
            amount_minor=payment.amount,
            fee_minor=payment.fee,
            asset=Money(0).asset,
            bill=str(payment.bill.public_id) if payment.bill else "",
        ),
    )


def _lines(payment: QrisPayment, rule: FeeRule, now: datetime) -> tuple[TransferLine, ...]:
    """
    Return the transfers: the whole sum out of the wallet, which the payer sees as one, and from there its shares.

    The account between belongs to the payer alone, so that payers do not wait for each other.
    """
    paid, fee = Money(payment.amount), Money(payment.fee)
    wallet = get_or_open_wallet(user_id=payment.payer_id, now=now)
    require_not_frozen(wallet)
    between = _open(chart_of_accounts.CLEARING, f"user.{payment.payer_id}", now)
    seller = get_or_open_merchant_account(payment.account.merchant, paid.asset, now)
    shares = [(seller, paid - fee)]
    if fee:
        shares.append((_open(chart_of_accounts.FEE, rule.name, now), fee))
    return (
        TransferLine(wallet.pk, between.pk, paid),
        *(TransferLine(between.pk, account.pk, share) for account, share in shares),
    )


def _open(kind: chart_of_accounts.AccountKind, name: str, now: datetime) -> Account:
    asset = Money(0).asset
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, name, asset), kind=kind, asset=asset, now=now
    )


def _read(payload: str, now: datetime) -> tuple[QrisCode, QrisAccount, QrisBill | None]:
    """Return a scanned code with its account and bill of ours, if it can be paid."""
    code = qris.read_qris(payload)
    account = queries.find_scanned_account(code)
    bill = queries.find_scanned_bill(code, account)
    if bill is not None:
        _require_payable(bill, now)
    return code, account, bill


def _require_payable(bill: QrisBill, now: datetime) -> None:
    if queries.is_bill_paid(bill):
        raise QrisBillPaid
    if now >= bill.expires_at:
        raise QrisExpired


def _require_sums(code: QrisCode, amount: Money, tip: Money) -> None:
    if code.amount is None:
        amount.require_whole()
    require_qris_amount(amount.require_positive() + tip)
    if tip.amount_minor < 0 or (tip and code.tip is None) or code.amount not in (None, amount):
        raise AmountInvalid
