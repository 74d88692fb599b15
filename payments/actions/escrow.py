"""Escrow: money held for a reference in its own account until it is released to a merchant or refunded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from payments import errors, push, queries
from payments.actions.fee_rules import store_applied_fee
from payments.actions.promotions import get_or_open_promotion_account
from payments.actions.wallets import get_or_open_wallet
from payments.contracts import EscrowRoute
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.domain.refund_shares import pair_shares, split_refund
from payments.events import EscrowPaid, EscrowRefunded, EscrowReleased
from payments.models import ESCROW_PAID, Account, FeeRule, Transfer
from payments.queries.promotions import Subsidy, find_subsidy, sum_refunded_to_payer
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, JournalEntry, PostingResult, TransferLine, derive_key
from payments.writers.ledger.entries import JournalRefund
from superapp.core import ids
from superapp.core.money import Money

NO_SUBSIDY = Money(0)


@requires_payments
def pay_into_escrow(
    *,
    reference: str,
    payer_id: int,
    amount: Money,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
    subsidy: Money = NO_SUBSIDY,
) -> PostingResult:
    """
    Move money from a person's wallet into the escrow of a reference, at most once per reference.

    The platform adds ``subsidy`` from its promotion account, in the same journal. May run inside the caller's
    transaction. Returns Posted, or Refused with ``payments.already_paid``, ``payments.insufficient_funds``,
    ``payments.promotion_exhausted``, ``payments.wallet_frozen``, …; raises KeyReused, NotOffered.
    """
    payer = get_or_open_wallet(user_id=payer_id, now=now, asset=amount.asset)
    escrow = get_or_open_escrow(reference, amount.asset, now)
    promotion_id = get_or_open_promotion_account(now).pk if subsidy else None
    route = EscrowRoute(reference, payer_id, payer.pk, escrow.pk, amount.asset, promotion_id)
    answer = ledger.post(_payment_entry(route, amount, subsidy, authorization, idempotency_key), now=now)
    push.wallets_changed(answer.changes)
    return _name_refusal(answer, route, amount)


@requires_payments
def pipeline_escrow_route(
    *, reference: str, payer_id: int, asset: str, now: datetime, is_subsidized: bool = False
) -> Callable[[], EscrowRoute]:
    """
    Queue the statements that open or find the accounts of an escrow payment, of which the platform may pay a part.

    The returned callable gives the ``EscrowRoute``. Runs inside the caller's transaction and ``prepared.pipeline``.
    First half of ``pay_into_escrow``.
    """
    kind = chart_of_accounts.ESCROW
    escrow = ledger.pipeline_account_id(
        chart_of_accounts.account_code(kind, reference, asset), kind=kind, asset=asset, now=now
    )
    wallet = queries.pipeline_wallet_id(payer_id, asset)

    def answered() -> EscrowRoute:
        payer_account_id = wallet() or get_or_open_wallet(user_id=payer_id, now=now, asset=asset).pk
        promotion_id = get_or_open_promotion_account(now).pk if is_subsidized else None
        return EscrowRoute(reference, payer_id, payer_account_id, escrow(), asset, promotion_id)

    return answered


def pipeline_pay_into_escrow(
    route: EscrowRoute,
    *,
    amount: Money,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
    subsidy: Money = NO_SUBSIDY,
) -> Callable[[], PostingResult]:
    """
    Queue a payment from the wallet of ``route`` into its escrow account in the caller's database pipeline.

    The platform adds ``subsidy``, for which the route was found as a subsidized one.

    Call the returned function once the pipeline is flushed: it gives ``Posted`` or ``Refused``. A repeated payment
    under the same ``idempotency_key`` is ``Posted`` and moves nothing.
    """
    asked = ledger.pipeline_post(_payment_entry(route, amount, subsidy, authorization, idempotency_key), now=now)

    def answered() -> PostingResult:
        answer = asked()
        push.wallets_changed(answer.changes)
        return _name_refusal(answer, route, amount)

    return answered


def _name_refusal(answer: PostingResult, route: EscrowRoute, amount: Money) -> PostingResult:
    """Name the account that caused a refusal, the payer's or that of promotions: the ledger's error names none."""
    if not isinstance(answer, ledger.Refused):
        return answer
    payer = Account.objects.filter(pk=route.payer_account_id)
    if answer.code == errors.AccountNotOpen.code and payer.filter(status=Account.Status.FROZEN).exists():
        return replace(answer, code=errors.WalletFrozen.code)
    is_short = answer.code == errors.InsufficientFunds.code
    if is_short and route.promotion_account_id is not None and payer.get().available >= amount.amount_minor:
        return replace(answer, code=errors.PromotionExhausted.code)
    return answer


def _payment_entry(
    route: EscrowRoute, amount: Money, subsidy: Money, authorization: Authorization, idempotency_key: str
) -> JournalEntry:
    public_id, whole = ids.new_id(), amount + subsidy
    content = {"reference": route.reference, "amount": amount.amount_minor, "asset": amount.asset}
    lines = [TransferLine(route.payer_account_id, route.escrow_account_id, amount.require_positive())]
    if subsidy:
        assert route.promotion_account_id is not None, "the route was found for a payment without a subsidy"
        content["subsidy"] = subsidy.amount_minor
        lines.append(TransferLine(route.promotion_account_id, route.escrow_account_id, subsidy.require_positive()))
    return JournalEntry(
        key=derive_key(f"user:{route.payer_id}:pay", idempotency_key, content),
        kind=ESCROW_PAID,
        authorization=authorization,
        lines=tuple(lines),
        reference=route.reference,
        actor_id=route.payer_id,
        refund_cap=whole,
        public_id=public_id,
        fact=EscrowPaid(
            reference=route.reference,
            journal=str(public_id),
            amount_minor=whole.amount_minor,
            asset=amount.asset,
            payer_id=route.payer_id,
            subsidy_minor=subsidy.amount_minor,
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
) -> PostingResult:
    """
    Release the escrowed money of a reference, or ``amount`` of it, to a merchant, minus the platform's fee.

    ``merchant`` is an opaque name (``shop.storefront:5``); its account is opened on first use. May run inside the
    caller's transaction. An emptied escrow stays empty, since a reference is paid only once. All releases of a
    reference go to the merchant that received the first one, from whom refunds are taken; another merchant is refused.

    :raises EscrowNotFound: if the reference was never paid; nothing is stored, since a payment may still come
    """
    # Only None means everything; a zero amount is an error.
    asked = None if amount is None else amount.require_positive().to_wire()
    content = {"reference": reference, "merchant": merchant, "fee": fee.name, "amount": asked}
    key = derive_key("escrow:release", idempotency_key, content)
    paid = queries.get_escrow_payment(reference)
    seller = get_or_open_merchant_account(merchant, paid.asset, now)
    till = ledger.get_or_open_account(
        chart_of_accounts.account_code(chart_of_accounts.FEE, fee.name, paid.asset),
        kind=chart_of_accounts.FEE,
        asset=paid.asset,
        now=now,
    )
    with transaction.atomic():
        escrow = ledger.lock_accounts([paid.credit_id])[paid.credit_id]
        before = ledger.find_response(key)
        if before is not None:
            return before
        # Every release locks this escrow account, so the answer cannot change here.
        first = queries.find_paid_merchant(reference)
        if first is not None and first.pk != seller.pk:
            return ledger.store_refusal(key, errors.PaidToAnother.code, now=now)
        gross = Money(escrow.available, escrow.asset) if amount is None else amount
        if not gross:
            return ledger.store_refusal(key, errors.EscrowEmpty.code, now=now)
        ours = fee.of(gross)
        net = gross - ours
        shares = ((seller, net), (till, ours))
        lines = tuple(TransferLine(escrow.pk, account.pk, share) for account, share in shares if share)
        public_id = ids.new_id()
        answer = ledger.post(
            JournalEntry(
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
        store_applied_fee(answer, fee, gross=gross, fee=ours)
        return answer


def refund_escrow(
    *, reference: str, amount: Money, authorization: Authorization, idempotency_key: str, now: datetime
) -> PostingResult:
    """
    Refund all or part of an escrow payment to its payer, from escrow first and then from the merchant's balance.

    Of what the platform paid a part of, the payer is served first, up to what they paid; the rest is the platform's.
    At most the amount paid, in at most 50 refunds. What was paid from a bank comes into the payer's wallet, or into
    suspense if it does not fit there. Raises EscrowNotFound.
    """
    content = {"reference": reference, "amount": amount.require_positive().to_wire()}
    key = derive_key("escrow:refund", idempotency_key, content)
    paid = queries.get_escrow_payment(reference)
    payer = get_payer_wallet(paid, now)
    while True:
        merchant = queries.find_paid_merchant(reference)
        try:
            with transaction.atomic():
                answer = _refund(paid, payer, merchant, amount, authorization, key, now)
        except _ReleasedConcurrently:
            continue  # Ends: each turn means another release was committed, and their number is bounded.
        push.wallets_changed(answer.changes)
        return answer


class _ReleasedConcurrently(Exception):
    """
    A release was committed between the first read and the locks.

    The refund is then retried with the merchant's account locked as well.
    """


def _refund(
    paid: Transfer,
    payer: Account,
    merchant: Account | None,
    amount: Money,
    authorization: Authorization,
    key: IdempotencyKey,
    now: datetime,
) -> PostingResult:
    reference, merchant_id = paid.journal.reference, merchant.pk if merchant else None
    subsidy = find_subsidy(paid)
    others = [merchant_id, subsidy.account_id if subsidy else None]
    accounts = ledger.lock_accounts([payer.pk, paid.credit_id, *(account for account in others if account)])
    before = ledger.find_response(key)
    if before is not None:
        return before
    # Every release locks this escrow account, so none can be committed from here on.
    came = queries.find_paid_merchant(reference)
    if (came.pk if came else None) != merchant_id:
        raise _ReleasedConcurrently
    if merchant_id is not None:
        ledger.roll_up(merchant_id)
    public_id = ids.new_id()
    assert payer.owner_id is not None, "wallets have owners"
    wallet, (to_payer, to_platform) = accounts[payer.pk], share_refund(paid, subsidy, amount)
    fits = wallet.ceiling is None or wallet.balance + to_payer <= wallet.ceiling
    # What left the wallet may come back to it, or is refused; what came from a bank cannot be sent back there by us.
    is_suspended = paid.debit_id != payer.pk and not fits
    to_id = get_or_open_suspense(amount.asset, now).pk if is_suspended else payer.pk
    targets = [(to_id, to_payer), (subsidy.account_id if subsidy else 0, to_platform)]
    fact = EscrowRefunded(
        reference=reference,
        journal=str(public_id),
        amount_minor=amount.amount_minor,
        asset=amount.asset,
        payer_id=payer.owner_id,
        is_suspended=is_suspended,
        subsidy_minor=to_platform,
    )
    entry = JournalEntry(
        key=key,
        kind="escrow_refunded",
        authorization=authorization,
        lines=_refund_lines(accounts[paid.credit_id], merchant, targets, amount),
        reference=reference,
        refund=JournalRefund(paid.journal_id, amount),
        public_id=public_id,
        fact=fact,
    )
    return ledger.post(entry, now=now)


def get_payer_wallet(paid: Transfer, now: datetime) -> Account:
    """Return the wallet that paid, or that of the person who paid from a bank."""
    if paid.debit.owner_id is not None:
        return paid.debit
    assert paid.journal.actor_id is not None, "what was paid from a bank names who paid"
    return get_or_open_wallet(user_id=paid.journal.actor_id, now=now, asset=paid.asset)


def get_or_open_merchant_account(merchant: str, asset: str, now: datetime) -> Account:
    """Return the account of a merchant, opening it on first use."""
    kind = chart_of_accounts.MERCHANT
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, merchant, asset), kind=kind, asset=asset, now=now
    )


def get_or_open_suspense(asset: str, now: datetime) -> Account:
    """Return the account of money that could not be placed."""
    kind = chart_of_accounts.SUSPENSE
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, chart_of_accounts.SETTLEMENT, asset), kind=kind, asset=asset, now=now
    )


def get_or_open_escrow(reference: str, asset: str, now: datetime) -> Account:
    kind = chart_of_accounts.ESCROW
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, reference, asset), kind=kind, asset=asset, now=now
    )


def share_refund(paid: Transfer, subsidy: Subsidy | None, amount: Money) -> tuple[int, int]:
    """Return how much of a refund is the payer's and how much the platform's. The caller has locked the escrow."""
    if subsidy is None:
        return amount.amount_minor, 0
    refunded = sum_refunded_to_payer(paid.journal_id)
    return split_refund(amount.amount_minor, payer_paid=paid.amount, payer_refunded=refunded)


def _refund_lines(
    escrow: Account, merchant: Account | None, targets: list[tuple[int, int]], amount: Money
) -> tuple[TransferLine, ...]:
    if amount.asset != escrow.asset:
        raise errors.AssetMismatch
    from_escrow = min(amount.amount_minor, escrow.available)
    if merchant is None:
        from_escrow = amount.amount_minor
    sources = [(escrow.pk, from_escrow)]
    if merchant is not None:
        sources.append((merchant.pk, amount.amount_minor - from_escrow))
    return tuple(
        TransferLine(one, other, Money(share, amount.asset)) for one, other, share in pair_shares(sources, targets)
    )
