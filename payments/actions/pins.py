"""The PIN: six digits that let money go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from payments import errors, queries
from payments.authorization import Authorization, Means
from payments.models import Pin
from superapp.accounts import api as accounts

WRONG_MAX = 5
RESET_WAIT = timedelta(days=1)
# After the wait, a reset that nobody used ends: it must not lie ready for whoever finds the phone next year.
RESET_OPEN_FOR = timedelta(days=3)
# How long a proven one-time code counts as fresh.
CODE_FRESH_FOR = timedelta(minutes=10)
_IN_A_ROW = "01234567890123456789"


def set_first_pin(*, user_id: int, pin: str, now: datetime) -> None:
    """
    Set a person's PIN for the first time. Clients come through ``set_pin_on_device``, which asks from where.

    :raises PinInvalid: if it is not six digits, or the first that anybody would guess
    :raises PinAlreadySet: if there is one
    """
    pin_hash = _hash(pin)
    with transaction.atomic():
        if _lock_or_begin(user_id).pin_hash:
            raise errors.PinAlreadySet
        _set(user_id, pin_hash, now)


def set_pin_on_device(*, user_id: int, device_id: int | None, pin: str, now: datetime) -> None:
    """
    The same at the doors, where it matters who is there: whoever took over a number must not give a PIN to a wallet
    that never had one. From a device that nothing but a code speaks for, a first PIN takes the way of a new one: a
    fresh code, and a day (``ask_pin_reset``, ``reset_pin``).

    :raises PinInvalid, PinAlreadySet: as above
    :raises DeviceNotTrusted: if the device is not trusted
    """
    if queries.has_pin(user_id):
        raise errors.PinAlreadySet
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.DeviceNotTrusted
    set_first_pin(user_id=user_id, pin=pin, now=now)


def change_pin(*, user_id: int, old: str, new: str, now: datetime) -> None:
    """Replace a PIN by another, knowing the old one."""
    pin_hash = _hash(new)
    verify_pin(user_id=user_id, pin=old, now=now)
    Pin.objects.filter(user_id=user_id).update(pin_hash=pin_hash, set_at=now)


def verify_pin(*, user_id: int, device_id: int | None = None, pin: str, now: datetime) -> Authorization:
    """
    Go on only with the right PIN. A wrong one counts, whoever tries it from wherever.

    The try is counted and committed before the PIN is looked at, so that a hundred at once are a hundred. Not inside
    a transaction of the caller's, which could take the count back.

    :raises PinMissing: if none was set
    :raises PinLocked: if there were too many wrong ones
    :raises PinWrong: if this one is wrong
    """
    with transaction.atomic(durable=True):
        row = queries.lock_pin(user_id)
        if row is None or not row.pin_hash:
            raise errors.PinMissing
        if row.locked_at is not None:
            raise errors.PinLocked
        wrong = row.wrong + 1
        Pin.objects.filter(user_id=user_id).update(wrong=wrong, locked_at=now if wrong >= WRONG_MAX else None)
    if not isinstance(pin, str) or not check_password(pin, row.pin_hash):
        if wrong >= WRONG_MAX:
            raise errors.PinLocked
        raise errors.PinWrong(left=WRONG_MAX - wrong)
    # The right one, even as the last try that was left. Whoever locked it meanwhile with wrong ones keeps it locked.
    unlocked = Pin.objects.filter(user_id=user_id, wrong__lte=wrong)
    # Whoever knows the PIN needs no reset: one that was asked for, by whomever, is over.
    unlocked.update(wrong=0, locked_at=None, reset_asked_at=None, reset_device=None)
    return Authorization(Means.PIN, user_id)


def ask_pin_reset(*, user_id: int, device_id: int | None, code_proved_at: datetime, now: datetime) -> datetime:
    """
    Ask for a new PIN, or a first one, with a fresh one-time code, and return when it may be set on this device: a day
    later, so that who stole a phone or a number cannot empty the wallet before its owner notices. Asking again starts
    the day anew, for the device that asks.

    :raises PinResetTooEarly: if the code is not fresh
    """
    if not timedelta(0) <= now - code_proved_at <= CODE_FRESH_FOR:
        raise errors.PinResetTooEarly
    with transaction.atomic():
        _lock_or_begin(user_id)
        Pin.objects.filter(user_id=user_id).update(reset_asked_at=now, reset_device_id=device_id)
    return now + RESET_WAIT


def end_pin_reset(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    End what somebody asked for, from a trusted device, without the PIN: wrong tries could have locked it, and its owner
    must have a way to say no. The PIN stays as it is, locked or not. Twice is once.

    :raises PinResetKept: if the device is not trusted
    """
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.PinResetKept
    Pin.objects.filter(user_id=user_id).update(reset_asked_at=None, reset_device=None)


def reset_pin(*, user_id: int, device_id: int | None, pin: str, now: datetime) -> None:
    """
    Set a new PIN once the day of waiting is over, on the device that asked for it, and unlock. It has waited with its
    person, and is trusted from now on.

    :raises PinResetTooEarly: if this device did not ask, its day is not over, or it was left unused for three more
    """
    pin_hash = _hash(pin)
    with transaction.atomic():
        row = queries.lock_pin(user_id)
        if row is None or row.reset_asked_at is None or device_id is None or row.reset_device_id != device_id:
            raise errors.PinResetTooEarly
        left = row.reset_asked_at + RESET_WAIT - now
        if left > timedelta(0):
            raise errors.PinResetTooEarly(retry_after=ceil(left.total_seconds()))
        if left < -RESET_OPEN_FOR:
            raise errors.PinResetTooEarly
        _set(user_id, pin_hash, now)
        accounts.trust_device(user_id=user_id, device_id=device_id, now=now)


def _lock_or_begin(user_id: int) -> Pin:
    # The insert waits for a rival's and then does nothing; whoever won, the row is locked.
    Pin.objects.bulk_create([Pin(user_id=user_id)], ignore_conflicts=True)
    row = queries.lock_pin(user_id)
    assert row is not None, "rows of PINs are never deleted"
    return row


def _set(user_id: int, pin_hash: str, now: datetime) -> None:
    Pin.objects.filter(user_id=user_id).update(
        pin_hash=pin_hash, set_at=now, wrong=0, locked_at=None, reset_asked_at=None, reset_device=None
    )


def check_new_pin(pin: str) -> None:
    """
    Look at a PIN that somebody chose, without setting it.

    :raises PinInvalid: if it is not six digits, or the first that anybody would guess
    """
    if not isinstance(pin, str) or len(pin) != 6 or not (pin.isascii() and pin.isdigit()):
        raise errors.PinInvalid
    if len(set(pin)) == 1 or pin in _IN_A_ROW or pin in _IN_A_ROW[::-1]:
        raise errors.PinInvalid


def _hash(pin: str) -> str:
    check_new_pin(pin)
    return make_password(pin)
