"""Charges: amounts expected from a bank, by a code or a virtual account, and everybody's own virtual account."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from payments import errors, queries
from payments.actions.issued_money import require_float_room
from payments.actions.wallets import get_or_open_wallet
from payments.adapters import banks
from payments.adapters.bank import BankRefused, BankSilent
from payments.domain import virtual_account_numbers
from payments.domain.feature_gates import requires_payments
from payments.models import Charge, VirtualAccount
from payments.writers import ledger
from superapp.core import ids
from superapp.core.money import SEN_PER_RUPIAH, Money
from superapp.core.scheduler import every

EXPIRED_BATCH_MAX = 500
TRIES_MAX = 5


@requires_payments
def get_or_open_virtual_account(*, user_id: int, now: datetime) -> VirtualAccount:
    """
    Return the number under which a person tops up their wallet from any bank, opening it on first use.

    :raises NoBank: if no bank is connected
    """
    return queries.find_virtual_account_of(user_id) or _open_virtual_account(user_id, None, now)


@requires_payments
def begin_top_up_by_qris(*, user_id: int, amount: Money, now: datetime) -> Charge:
    """
    Return a code by which this amount can be paid into a person's wallet; a fresh open one of the same amount if any.

    :raises AmountInvalid, AmountNotWhole: if it is not positive, or not in whole rupiah
    :raises TopUpTooSmall: if it is below the minimum
    :raises TopUpTooLarge: if it is above what a code may move, or than fits into the wallet
    :raises FloatCapReached: if the operator would owe more than it may
    :raises TooManyOpenTopUps: if as many codes of the person as allowed wait to be paid
    :raises BankOutOfReach: if the bank gave no code; nothing is left behind that could be paid
    """
    _require_fits(user_id, amount.require_whole(), now)
    return fill_charge(_get_or_open_top_up(user_id, amount, now))


def _get_or_open_top_up(user_id: int, amount: Money, now: datetime) -> Charge:
    wallet = get_or_open_wallet(user_id=user_id, now=now, asset=amount.asset)
    lifetime = timedelta(minutes=settings.CHARGE_MINUTES)
    with transaction.atomic():
        # One at a time for each person, so that the limit holds against requests at the same moment.
        ledger.lock_accounts([wallet.pk])
        waiting = queries.list_open_top_ups(user_id, now=now)
        for charge in waiting:
            if (charge.amount, charge.asset) == (amount.amount_minor, amount.asset) and (
                charge.expires_at - now > lifetime / 2
            ):
                return charge
        if len(waiting) >= settings.OPEN_TOP_UPS_MAX:
            raise errors.TooManyOpenTopUps(
                open_max=settings.OPEN_TOP_UPS_MAX,
                retry_after=int((min(charge.expires_at for charge in waiting) - now).total_seconds()) + 1,
            )
        return _open_charge(user_id, "", Charge.Method.QRIS, amount, now + lifetime, now)


@requires_payments
def open_charge(
    *, user_id: int, reference: str, method: Charge.Method, amount: Money, expires_at: datetime, now: datetime
) -> Charge:
    """
    Open the charge of a reference, or return the one that is open; a code has no content yet (``fill_charge``).

    May run inside the caller's transaction.
    """
    found = Charge.objects.filter(reference=reference, state=Charge.State.OPEN).first()
    if found is None:
        require_float_room(amount.require_positive())
    return found or _open_charge(user_id, reference, method, amount.require_positive(), expires_at, now)


@requires_payments
def fill_charge(charge: Charge) -> Charge:
    """
    Return the charge with what it takes to pay it: the content of its code is fetched from the bank if it is missing.

    Must not run inside a transaction.

    :raises BankOutOfReach: if the bank gave no code; the charge stays, and the next call asks again
    """
    needs_code = charge.method == Charge.Method.QRIS and not charge.qr_content and charge.state == Charge.State.OPEN
    return _generate_code(charge) if needs_code else charge


def expire_charge(reference: str, *, now: datetime) -> bool:
    """
    Expire the open charge of a reference, and return whether it can no longer be paid.

    It is False if it was paid meanwhile. Runs inside the caller's transaction, so that what was to be paid is given up
    together with its charge.
    """
    charge = queries.lock_newest_charge(reference)
    if charge is None:
        return True
    if charge.state == Charge.State.OPEN:
        close_charge(charge, Charge.State.EXPIRED, now)
    return charge.state == Charge.State.EXPIRED


def close_charge(charge: Charge, state: Charge.State, now: datetime) -> None:
    """Close a locked charge."""
    charge.state, charge.closed_at = state, now
    charge.save(update_fields=["state", "closed_at"])


@every(seconds=15)
def expire_top_ups(now: datetime) -> int:
    """Expire the open charges for wallets that are over; those of a reference are expired by who opened them."""
    with transaction.atomic():
        rows = queries.lock_expired_top_ups(now, limit=EXPIRED_BATCH_MAX)
        for charge in rows:
            close_charge(charge, Charge.State.EXPIRED, now)
    return len(rows)


def get_top_up_room(user_id: int, *, now: datetime) -> Money | None:
    """Return how much may still come in for a person, by the wallet's ceiling and the operator's cap; None for all."""
    wallet = get_or_open_wallet(user_id=user_id, now=now)
    in_wallet = None if wallet.ceiling is None else Money(max(wallet.ceiling - wallet.balance, 0), wallet.asset)
    rooms = [room for room in (in_wallet, queries.find_float_room(wallet.asset)) if room is not None]
    return min(rooms, key=lambda room: room.amount_minor, default=None)


def _open_charge(
    user_id: int, reference: str, method: Charge.Method, amount: Money, expires_at: datetime, now: datetime
) -> Charge:
    public_id = ids.new_id()
    with transaction.atomic():
        charge = Charge.objects.create(
            public_id=public_id,
            user_id=user_id,
            method=method,
            reference=reference,
            amount=amount.amount_minor,
            asset=amount.asset,
            partner_reference=public_id.hex,
            created_at=now,
            expires_at=expires_at,
        )
        if method == Charge.Method.VIRTUAL_ACCOUNT:
            _open_virtual_account(user_id, charge, now)
    return charge


def _open_virtual_account(user_id: int, charge: Charge | None, now: datetime) -> VirtualAccount:
    prefix = banks.get_keys().va_prefix
    for _try in range(TRIES_MAX):
        number = virtual_account_numbers.draw_number(prefix)
        VirtualAccount.objects.bulk_create(
            [VirtualAccount(number=number, user_id=user_id, charge=charge, created_at=now)], ignore_conflicts=True
        )
        # Another request of the same person, or another person with the same number, may have been first.
        made = VirtualAccount.objects.filter(user_id=user_id, charge=charge).first()
        if made is not None:
            return made
    raise RuntimeError("no number is free that was drawn")


def _generate_code(charge: Charge) -> Charge:
    try:
        made = banks.get_bank().generate_qr(
            Money(charge.amount, charge.asset),
            partner_reference=charge.partner_reference,
            expires_at=charge.expires_at,
        )
    except BankSilent as error:
        raise errors.BankOutOfReach(retry_after=30) from error
    except BankRefused as error:
        raise errors.BankSaidNo from error
    charge.qr_content, charge.bank_reference = made.content, made.bank_reference
    charge.save(update_fields=["qr_content", "bank_reference"])
    return charge


def _require_fits(user_id: int, amount: Money, now: datetime) -> None:
    least = Money(settings.TOP_UP_MIN_RUPIAH * SEN_PER_RUPIAH)
    if amount < least:
        raise errors.TopUpTooSmall(amount_min=str(least), amount_min_minor=least.amount_minor)
    most = Money(settings.QRIS_PAYMENT_MAX_RUPIAH * SEN_PER_RUPIAH)
    room = get_top_up_room(user_id, now=now)
    if room is not None and room < most:
        most = room
    require_float_room(amount)
    if amount > most:
        raise errors.TopUpTooLarge(amount_max=str(most), amount_max_minor=most.amount_minor)
