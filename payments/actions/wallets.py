"""Wallets: opening one, sending from it, and how much may lie in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from payments import chart, errors, ledger, push, queries, recipients
from payments.actions import pins
from payments.events import MoneySent
from payments.ledger import Answer, Entry, Key, Line, key_for
from payments.models import Account, Tier
from payments.offering import offered
from payments.recipients import Recipient
from superapp.accounts import api as accounts
from superapp.core import ids
from superapp.core.money import IDR, SEN_A_RUPIAH, Money
from superapp.core.text_cleaning import clean_line


def open_wallet(*, user_id: int, now: datetime, asset: str = IDR) -> Account:
    """The wallet of a person, opened with the ceiling of their tier if they had none."""
    found = queries.wallet_of(user_id, asset)
    if found is not None:
        return found
    with transaction.atomic():
        # Whoever sets their tier at this moment goes before or after, and in either case the ceiling is the tier's.
        accounts.lock_people({user_id})
        kind = chart.wallet(queries.tier_of(user_id))
        code = chart.code(kind, f"user.{user_id}", asset)
        return ledger.open_account(code, kind=kind, asset=asset, owner_id=user_id, now=now)


@offered
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
) -> Answer:
    """
    Send money to another person, once, and return how it was answered.

    A retry of what was answered is answered the same without asking for the PIN again: who must know whether money
    has moved must not be locked out of knowing.

    :raises PinWrong: and the like, if the PIN is not right; nothing is stored under the key then
    :raises KeyReused: if the key was used for something else
    """
    amount.positive()
    memo = clean_line(memo)
    key = _sending(sender_id, receiver_id, amount, memo, idempotency_key)
    before = ledger.answered(key)
    if before is not None:
        return before
    authorization = pins.verify_pin(user_id=sender_id, device_id=device_id, pin=pin, now=now)
    sender = open_wallet(user_id=sender_id, now=now, asset=amount.asset)
    receiver = open_wallet(user_id=receiver_id, now=now, asset=amount.asset)
    public_id = ids.new_id()
    answer = ledger.post(
        Entry(
            key=key,
            kind="sent",
            authorization=authorization,
            lines=(Line(sender.pk, receiver.pk, amount),),
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
) -> Answer:
    """
    The same at the doors, to somebody by their public id. Words go only to who wants to hear from the sender: a sen
    shall not buy a way around a block. Money goes to anybody who has not blocked the sender, and to somebody who is no
    contact not too little of it: their history shows the sender's name.

    What was answered before stays answered, though the receiver was blocked, left, or was closed since.

    :raises PersonNotFound: if there is no such person, or they have blocked the sender
    :raises ToOneself: if it is the sender
    :raises TooLittle: if the receiver is not a contact and the amount is below the minimum
    :raises MemoForContacts: if there are words for somebody who is no contact
    """
    amount.positive()
    memo = clean_line(memo)
    receiver_id = recipients.payee(sender_id, who=receiver).user_id
    before = ledger.answered(_sending(sender_id, receiver_id, amount, memo, idempotency_key))
    if before is not None:
        return before
    to = recipients.recipient(sender_id, who=receiver)
    if memo and not to.is_contact:
        raise errors.MemoForContacts
    refuse_too_little(amount, to)
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


def refuse_too_little(amount: Money, to: Recipient) -> None:
    """
    Refuse a transfer below the minimum (``TRANSFER_MIN_RUPIAH``), which holds for people who are not contacts.

    :raises TooLittle: if the receiver is not a contact and the amount is below the minimum
    """
    least = Money(settings.TRANSFER_MIN_RUPIAH * SEN_A_RUPIAH)
    if not to.is_contact and amount < least:
        raise errors.TooLittle(amount_min=str(least), amount_min_minor=least.amount_minor)


def _sending(sender_id: int, receiver_id: int, amount: Money, memo: str, idempotency_key: str) -> Key:
    return key_for(
        f"user:{sender_id}:send",
        idempotency_key,
        {"to": receiver_id, "amount": amount.amount_minor, "asset": amount.asset, "memo": memo},
    )


def set_tier(*, user_id: int, tier: str, operator_id: int, now: datetime) -> None:
    """
    Say how well a person is known, which bounds their wallets at once.

    :raises OperatorsOnly: if an ordinary person says it
    :raises TierTooLow: if more lies in a wallet than the tier allows
    """
    queries.require_operator(operator_id)
    ceiling = chart.ceiling_of(tier)
    try:
        with transaction.atomic():
            accounts.lock_people({user_id})  # See open_wallet.
            Tier.objects.update_or_create(
                user_id=user_id, defaults={"name": tier, "set_by_id": operator_id, "set_at": now}
            )
            wallet = queries.wallet_of(user_id)
            if wallet is not None:
                ledger.set_ceiling(wallet.pk, ceiling)
    except IntegrityError:
        raise errors.TierTooLow from None
