"""Wallets: opening, sending money, and the verification tier."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from payments import errors, push, queries
from payments.actions import pins
from payments.contracts import Recipient
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.events import MoneySent
from payments.models import Account, Tier
from payments.queries import recipients
from payments.writers import ledger
from payments.writers.ledger import IdempotencyKey, JournalEntry, PostingResult, TransferLine, derive_key
from superapp.accounts import api as accounts
from superapp.core import ids
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money
from superapp.core.text_cleaning import clean_line


def get_or_open_wallet(*, user_id: int, now: datetime, asset: str = IDR) -> Account:
    """Return a person's wallet, opening it on first use with the ceiling of their tier."""
    found = queries.find_wallet(user_id, asset)
    if found is not None:
        return found
    with transaction.atomic():
        # The lock serializes this with ``set_tier``, so that the wallet never opens with an outdated ceiling.
        accounts.lock_people({user_id})
        kind = chart_of_accounts.wallet_kind(queries.get_tier(user_id))
        code = chart_of_accounts.account_code(kind, f"user.{user_id}", asset)
        return ledger.get_or_open_account(code, kind=kind, asset=asset, owner_id=user_id, now=now)


def get_or_open_wallets(user_ids: Collection[int], *, now: datetime, asset: str = IDR) -> dict[int, int]:
    """Return the account ids of the wallets of many people by user id, with a fixed number of statements."""
    found = queries.find_wallet_ids(user_ids, asset)
    if found.keys() >= set(user_ids):
        return found
    with transaction.atomic():
        accounts.lock_people(set(user_ids) - found.keys())  # See get_or_open_wallet.
        found = queries.find_wallet_ids(user_ids, asset)
        tiers = queries.get_tiers(set(user_ids) - found.keys())
        ceilings = {user_id: chart_of_accounts.get_wallet_ceiling(tier) for user_id, tier in tiers.items()}
        return found | ledger.open_wallets(ceilings, asset=asset, now=now)


def require_not_frozen(wallet: Account) -> None:
    """
    Refuse a payment from a frozen wallet in words for its owner; the ledger refuses it without saying whose it is.

    :raises WalletFrozen: if it is frozen
    """
    if wallet.status == Account.Status.FROZEN:
        raise errors.WalletFrozen


@requires_payments
def send_money(
    *,
    sender_id: int,
    receiver_id: int,
    amount: Money,
    memo: str = "",
    device_id: int | None = None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Send money to another person, once per idempotency key, and return the result.

    A repeated request gets its stored response without asking for the PIN, so that a locked PIN hides no result.

    :raises PinWrong: or another error of ``verify_pin``; nothing is stored under the key then
    :raises KeyReused: if the key was used for a different request
    """
    amount.require_positive()
    memo = clean_line(memo)
    key = _transfer_key(sender_id, receiver_id, amount, memo, idempotency_key)
    before = ledger.find_response(key)
    if before is not None:
        return before
    authorization = pins.verify_pin(user_id=sender_id, device_id=device_id, pin=pin, now=now)
    return _post_transfer(sender_id, receiver_id, amount, memo, key=key, authorization=authorization, now=now)


@requires_payments
def send_authorized(
    *,
    sender_id: int,
    receiver_id: int,
    amount: Money,
    memo: str = "",
    reference: str,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Send money with an authorization that the caller has, once per idempotency key, and return the result.

    It may run inside the caller's transaction, so that what is paid is marked with the money. ``reference`` is the
    opaque name of what is paid (``peer.request:…``); the fact ``MoneySent`` carries it.

    :raises KeyReused: if the key was used for a different transfer
    """
    amount.require_positive()
    content = {"to": receiver_id, "amount": amount.amount_minor, "asset": amount.asset, "memo": memo, "for": reference}
    key = derive_key(f"user:{sender_id}:send_for", idempotency_key, content)
    return _post_transfer(
        sender_id, receiver_id, amount, memo, key=key, authorization=authorization, reference=reference, now=now
    )


def _post_transfer(
    sender_id: int,
    receiver_id: int,
    amount: Money,
    memo: str,
    *,
    key: IdempotencyKey,
    authorization: Authorization,
    reference: str = "",
    now: datetime,
) -> PostingResult:
    sender = get_or_open_wallet(user_id=sender_id, now=now, asset=amount.asset)
    require_not_frozen(sender)
    receiver = get_or_open_wallet(user_id=receiver_id, now=now, asset=amount.asset)
    public_id = ids.new_id()
    answer = ledger.post(
        JournalEntry(
            key=key,
            kind="sent",
            authorization=authorization,
            lines=(TransferLine(sender.pk, receiver.pk, amount),),
            reference=reference,
            actor_id=sender_id,
            memo=memo,
            public_id=public_id,
            fact=MoneySent(
                journal=str(public_id),
                sender_id=sender_id,
                receiver_id=receiver_id,
                amount_minor=amount.amount_minor,
                asset=amount.asset,
                memo=memo,
                reference=reference,
            ),
        ),
        now=now,
    )
    push.wallets_changed(answer.changes)
    return answer


def send_to_person(
    *,
    sender_id: int,
    receiver: UUID,
    amount: Money,
    memo: str = "",
    device_id: int | None = None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Send money to a person given by their public id.

    Amounts are whole rupiah. Memos go to contacts only; transfers to others must be at least ``TRANSFER_MIN_RUPIAH``.
    A stored response is returned even if the receiver has left or blocked the sender since. Raises PersonNotFound,
    ToOneself, AmountNotWhole, TooLittle, MemoForContacts, and the errors of ``send_money``.
    """
    amount.require_positive()
    memo = clean_line(memo)
    receiver_id = recipients.get_past_recipient(sender_id, who=receiver).user_id
    before = ledger.find_response(_transfer_key(sender_id, receiver_id, amount, memo, idempotency_key))
    if before is not None:
        return before
    to = recipients.get_recipient(sender_id, who=receiver)
    if memo and not to.is_contact:
        raise errors.MemoForContacts
    require_minimum_amount(amount, to)
    return send_money(
        sender_id=sender_id,
        receiver_id=to.user_id,
        amount=amount,
        memo=memo,
        device_id=device_id,
        pin=pin,
        idempotency_key=idempotency_key,
        now=now,
    )


def require_minimum_amount(amount: Money, to: Recipient) -> None:
    """
    Refuse a transfer of a fraction of a rupiah, or below ``TRANSFER_MIN_RUPIAH`` to a person who is not a contact.

    :raises AmountNotWhole: if the amount has a fraction
    :raises TooLittle: if the receiver is not a contact and the amount is below the minimum
    """
    amount.require_whole()
    least = Money(settings.TRANSFER_MIN_RUPIAH * SEN_PER_RUPIAH)
    if not to.is_contact and amount < least:
        raise errors.TooLittle(amount_min=str(least), amount_min_minor=least.amount_minor)


def _transfer_key(sender_id: int, receiver_id: int, amount: Money, memo: str, idempotency_key: str) -> IdempotencyKey:
    return derive_key(
        f"user:{sender_id}:send",
        idempotency_key,
        {"to": receiver_id, "amount": amount.amount_minor, "asset": amount.asset, "memo": memo},
    )


def set_tier(*, user_id: int, tier: str, operator_id: int, now: datetime) -> None:
    """
    Set a person's verification tier, which sets the balance ceiling of their wallet.

    :raises OperatorsOnly: if ``operator_id`` is no operator
    :raises TierTooLow: if the wallet holds more than the ceiling of the new tier
    """
    queries.require_operator(operator_id)
    ceiling = chart_of_accounts.get_wallet_ceiling(tier)
    try:
        with transaction.atomic():
            accounts.lock_people({user_id})  # See get_or_open_wallet.
            Tier.objects.update_or_create(
                user_id=user_id, defaults={"name": tier, "set_by_id": operator_id, "set_at": now}
            )
            wallet = queries.find_wallet(user_id)
            if wallet is not None:
                ledger.set_ceiling(wallet.pk, ceiling)
    except IntegrityError:
        raise errors.TierTooLow from None
