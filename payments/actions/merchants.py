"""Merchants' money on its way to the wallets of those who own it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments import chart, errors, ledger, push, queries
from payments.actions import authorizing
from payments.actions.wallets import open_wallet
from payments.authorization import Authorization
from payments.events import MerchantPaidOut
from payments.ledger import Answer, Entry, Key, Line, key_for
from payments.models import Account
from payments.offering import offered
from superapp.core import ids
from superapp.core.money import IDR, Money


@offered
def pay_out_merchant(
    *,
    merchant: str,
    owner_id: int,
    device_id: int | None,
    pin: str = "",
    amount: Money | None = None,
    idempotency_key: str,
    now: datetime,
) -> Answer:
    """
    Move a merchant's money into the wallet of its owner, once: ``amount`` of it, or all that is there, as far as the
    wallet has room. Who owns the merchant is for the caller to know. On a device that is not trusted it takes the PIN,
    so it does not run inside the caller's transaction; what was answered before is answered again without asking.

    The merchant's inbox is rolled up with it, so that what came a moment ago can be had. An amount that is not there,
    or that does not fit, is refused under the key like any payment.

    :raises NothingToPayOut: if nothing lies there; it may still come, so nothing is stored
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: if the device and the PIN do not suffice
    :raises CeilingExceeded: if all is asked for and the wallet is full; there may be room later, so nothing is stored
    """
    # Nothing is not everything: only None asks for all that lies there.
    content = {"merchant": merchant, "amount": None if amount is None else amount.positive().wire()}
    key = key_for(f"user:{owner_id}:payout", idempotency_key, content)
    before = ledger.answered(key)
    if before is not None:
        return before
    account = queries.account_of(chart.MERCHANT, merchant, amount.asset if amount else IDR)
    if account is None:
        raise errors.NothingToPayOut
    authorization = authorizing.authorize(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    wallet = open_wallet(user_id=owner_id, now=now, asset=account.asset)
    with transaction.atomic():
        answer = _pay_out(account.pk, wallet.pk, key, merchant, owner_id, amount, authorization, now)
    push.wallets_changed(answer.changes)
    return answer


def _pay_out(
    merchant_id: int,
    wallet_id: int,
    key: Key,
    merchant: str,
    owner_id: int,
    amount: Money | None,
    authorization: Authorization,
    now: datetime,
) -> Answer:
    ledger.lock([merchant_id, wallet_id])
    before = ledger.answered(key)
    if before is not None:
        return before
    ledger.roll(merchant_id)
    # Read again: rolling has changed what lies there.
    accounts = ledger.lock([merchant_id, wallet_id])
    paid = amount or _all_that_fits(accounts[merchant_id], accounts[wallet_id])
    public_id = ids.new_id()
    return ledger.post(
        Entry(
            key=key,
            kind="paid_out",
            authorization=authorization,
            lines=(Line(merchant_id, wallet_id, paid),),
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
        ),
        now=now,
    )


def _all_that_fits(merchant: Account, wallet: Account) -> Money:
    if merchant.available <= 0:
        raise errors.NothingToPayOut
    room = merchant.available if wallet.ceiling is None else wallet.ceiling - wallet.balance
    if room <= 0:
        raise errors.CeilingExceeded
    return Money(min(merchant.available, room), merchant.asset)
