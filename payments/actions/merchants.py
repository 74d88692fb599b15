"""Payouts of a merchant's balance into its owner's wallet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments import errors, push, queries
from payments.actions import authorizations
from payments.actions.wallets import get_or_open_wallet
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.events import MerchantPaidOut
from payments.models import Account
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, JournalEntry, PostingResult, TransferLine, derive_key
from superapp.core import ids
from superapp.core.money import IDR, Money


@requires_payments
def pay_out_merchant(
    *,
    merchant: str,
    owner_id: int,
    device_id: int | None,
    pin: str = "",
    amount: Money | None = None,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Move ``amount`` of a merchant's balance into its owner's wallet, or as much of it as fits if no amount is given.

    The caller must know that ``owner_id`` owns the merchant. A device that is not trusted needs the PIN, so this must
    not run inside the caller's transaction. A repeated request gets its stored response without asking for the PIN.

    The merchant's inbox is rolled up first, so that recent credits are included. An amount that exceeds the balance or
    the wallet's ceiling is refused under the key, like any payment.

    :raises NothingToPayOut: if the balance is empty; nothing is stored, since money may still come
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: if device and PIN do not authorize it
    :raises CeilingExceeded: if no amount is given and the wallet is full; nothing is stored
    """
    # Only None means everything; a zero amount is an error.
    content = {"merchant": merchant, "amount": None if amount is None else amount.require_positive().to_wire()}
    key = derive_key(f"user:{owner_id}:payout", idempotency_key, content)
    before = ledger.find_response(key)
    if before is not None:
        return before
    account = queries.find_account(chart_of_accounts.MERCHANT, merchant, amount.asset if amount else IDR)
    if account is None:
        raise errors.NothingToPayOut
    authorization = authorizations.authorize(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    wallet = get_or_open_wallet(user_id=owner_id, now=now, asset=account.asset)
    with transaction.atomic():
        answer = _pay_out(account.pk, wallet.pk, key, merchant, owner_id, amount, authorization, now)
    push.wallets_changed(answer.changes)
    return answer


def _pay_out(
    merchant_id: int,
    wallet_id: int,
    key: IdempotencyKey,
    merchant: str,
    owner_id: int,
    amount: Money | None,
    authorization: Authorization,
    now: datetime,
) -> PostingResult:
    ledger.lock_accounts([merchant_id, wallet_id])
    before = ledger.find_response(key)
    if before is not None:
        return before
    ledger.roll_up(merchant_id)
    # Read again: the roll-up has changed the balance.
    accounts = ledger.lock_accounts([merchant_id, wallet_id])
    paid = amount or _all_that_fits(accounts[merchant_id], accounts[wallet_id])
    entry = payout_entry(
        key=key,
        merchant_id=merchant_id,
        wallet_id=wallet_id,
        merchant=merchant,
        owner_id=owner_id,
        paid=paid,
        authorization=authorization,
    )
    return ledger.post(entry, now=now)


def payout_entry(
    *,
    key: IdempotencyKey,
    merchant_id: int,
    wallet_id: int,
    merchant: str,
    owner_id: int,
    paid: Money,
    authorization: Authorization,
) -> JournalEntry:
    """Return the journal that moves ``paid`` from a merchant's account into its owner's wallet."""
    public_id = ids.new_id()
    return JournalEntry(
        key=key,
        kind="paid_out",
        authorization=authorization,
        lines=(TransferLine(merchant_id, wallet_id, paid),),
        reference=merchant,
        actor_id=owner_id,
        public_id=public_id,
        fact=MerchantPaidOut(
            merchant=merchant,
            journal=str(public_id),
            owner_id=owner_id,
            amount_minor=paid.amount_minor,
            asset=paid.asset,
        ),
    )


def _all_that_fits(merchant: Account, wallet: Account) -> Money:
    if merchant.available <= 0:
        raise errors.NothingToPayOut
    room = merchant.available if wallet.ceiling is None else wallet.ceiling - wallet.balance
    if room <= 0:
        raise errors.CeilingExceeded
    return Money(min(merchant.available, room), merchant.asset)
