"""
Payouts of merchants' balances to their bank accounts, and the choice of those accounts.

From the hold on, a payout is a withdrawal of the merchant: the same states, and the same questions about an answer that
did not come. It goes to the account it was made with, and what fails returns to the merchant's balance.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from payments import errors, push, queries
from payments.actions import pins
from payments.actions.escrow import get_or_open_merchant_account
from payments.actions.wallets import require_not_frozen
from payments.actions.withdrawals import get_fee, hold_for_bank, require_withdrawable
from payments.adapters.bank import BankAccount
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.events import PayoutAccountChosen
from payments.models import Account, PayoutAccount, Withdrawal
from payments.queries import payouts as found
from payments.queries import refunds
from payments.queries.payouts import PayoutAccountDetails
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, Posted, PostingResult, Refused, derive_key
from superapp.core import outbox
from superapp.core.money import IDR, Money

# Scheduled payouts pause this long after the account was changed, so that an owner notices a takeover.
WAIT_AFTER_CHANGE = timedelta(days=1)


@requires_payments
def choose_payout_account(
    *, merchant: str, owner_id: int, device_id: int | None, pin: str, to: BankAccount, now: datetime
) -> PayoutAccountDetails:
    """
    Have a merchant's balance paid out to the bank account ``to``, as ``find_bank_account`` returned it.

    The caller knows that ``owner_id`` owns the merchant, who is told of it. Payouts that are under way go where they
    went. Choosing the same account again changes nothing. Must not run inside the caller's transaction.

    :raises PinWrong: or another error of ``verify_pin``; nothing is changed then
    """
    pins.verify_pin(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    account_id = get_or_open_merchant_account(merchant, IDR, now).pk
    with transaction.atomic():
        ledger.lock_accounts([account_id])  # One choice at a time, and none while a payout reads it.
        before = found.find_payout_account(merchant)
        if before is not None and (before.bank_code, before.number, before.holder) == (
            to.bank_code,
            to.number,
            to.holder,
        ):
            return before
        row = PayoutAccount.objects.create(
            merchant=merchant,
            version=before.version + 1 if before else 1,
            owner_id=owner_id,
            bank_code=to.bank_code,
            number=to.number,
            holder=to.holder,
            chosen_at=now,
            scheduled_from=now + WAIT_AFTER_CHANGE if before else now,
        )
        outbox.publish(PayoutAccountChosen(merchant=merchant, owner_id=owner_id, version=row.version))
    return found.to_account_details(row)


@requires_payments
def request_payout(
    *,
    merchant: str,
    owner_id: int,
    account_version: int,
    amount: Money,
    device_id: int | None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> Withdrawal:
    """
    Hold an amount of a merchant's balance, and send it to the bank account that the owner has read.

    The caller knows that ``owner_id`` owns the merchant. Repeated under its key, the same payout is returned and
    nothing is sent again. Must not run inside the caller's transaction.

    :raises NothingToPayOut: if the merchant was never paid
    :raises PinWrong: or another error of ``verify_pin``; nothing is stored under the key then
    :raises PayoutAccountChanged: if the account is no longer the one with this version, or there is none
    :raises BalanceFrozen, WalletFrozen: if the merchant's balance or the owner's wallet is frozen
    :raises KeptForRefunds: if the rest would not suffice for the refunds that wait
    :raises InsufficientFunds: or another refusal of the ledger
    :raises KeyReused: if the key was used for a different request
    """
    require_withdrawable(amount)
    content = {"merchant": merchant, "account": account_version, "amount": amount.amount_minor, "asset": amount.asset}
    key = derive_key(found.payout_scope(owner_id), idempotency_key, content)
    if (before := _find_response(key)) is not None:
        return before
    account = queries.find_account(chart_of_accounts.MERCHANT, merchant, amount.asset)
    if account is None:
        raise errors.NothingToPayOut
    authorization = pins.verify_pin(user_id=owner_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        answer, row = _hold(account.pk, key, merchant, owner_id, account_version, amount, authorization, now)
    if row is None:
        assert isinstance(answer, Refused)
        raise answer.error()
    push.wallets_changed(answer.changes)
    return row


def _find_response(key: IdempotencyKey) -> Withdrawal | None:
    before = ledger.find_response(key)
    if isinstance(before, Refused):
        raise before.error()
    return Withdrawal.objects.get(hold_id=before.journal_id) if isinstance(before, Posted) else None


def _hold(
    account_id: int,
    key: IdempotencyKey,
    merchant: str,
    owner_id: int,
    account_version: int,
    amount: Money,
    authorization: Authorization,
    now: datetime,
) -> tuple[PostingResult, Withdrawal | None]:
    account = lock_payable(account_id, owner_id)
    before = ledger.find_response(key)
    if isinstance(before, Refused):
        return before, None
    if isinstance(before, Posted):
        return before, Withdrawal.objects.get(hold_id=before.journal_id)
    to = found.find_payout_account(merchant)
    if to is None or to.version != account_version:
        raise errors.PayoutAccountChanged
    kept = refunds.sum_waiting_of(merchant)
    total = amount.amount_minor + get_fee().amount_minor
    if kept and total > account.available - kept:
        raise errors.KeptForRefunds(kept=str(Money(kept)))
    return hold_for_bank(
        key=key,
        account_id=account_id,
        to=to_bank_account(to),
        amount=amount,
        user_id=owner_id,
        merchant=merchant,
        authorization=authorization,
        now=now,
    )


def lock_payable(account_id: int, owner_id: int) -> Account:
    """
    Lock a merchant's account and its owner's wallet, roll up what waits, and return the account as it is then.

    :raises BalanceFrozen, WalletFrozen: if one of them is frozen
    """
    wallet = queries.find_wallet(owner_id)
    both = [account_id] if wallet is None else [wallet.pk, account_id]
    ledger.lock_accounts(both)
    ledger.roll_up(account_id)
    # Read again: the roll-up has changed the balance.
    locked = ledger.lock_accounts(both)
    if wallet is not None:
        require_not_frozen(locked[wallet.pk])
    if locked[account_id].status == Account.Status.FROZEN:
        raise errors.BalanceFrozen
    return locked[account_id]


def to_bank_account(chosen: PayoutAccountDetails) -> BankAccount:
    """Return a merchant's account as the bank's adapter takes it."""
    return BankAccount(bank_code=chosen.bank_code, number=chosen.number, holder=chosen.holder)
