"""The PIN: six digits that let money go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from payments import errors, queries
from payments.actions import pin_tries
from payments.authorization import Authorization, Means
from payments.models import Pin
from payments.pin_rules import is_guessable, is_pin
from superapp.accounts import api as accounts
from superapp.core.errors import Busy

RESET_WAIT = timedelta(days=1)
# After the wait, a reset that nobody used ends: it must not lie ready for whoever finds the phone next year.
RESET_OPEN_FOR = timedelta(days=3)
# How long a proven one-time code counts as fresh.
CODE_FRESH_FOR = timedelta(minutes=10)
# How often a PIN may change while one is verified.
CHANGES_MAX = 3


def set_first_pin(*, user_id: int, pin: str, now: datetime) -> None:
    """
    Set a person's PIN for the first time. Clients come through ``set_pin_on_device``, which asks from where.

    :raises PinInvalid, PinGuessable: if it is not six digits, or one that anybody would guess early
    :raises PinAlreadySet: if there is one
    """
    check_new_pin(pin)
    if queries.has_pin(user_id):
        raise errors.PinAlreadySet
    pin_hash = make_password(pin)
    with transaction.atomic():
        if _lock_or_begin(user_id).pin_hash:
            raise errors.PinAlreadySet
        _set(user_id, None, pin_hash, now)


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


def change_pin(*, user_id: int, device_id: int | None = None, old: str, new: str, now: datetime) -> None:
    """
    Replace a PIN by another, knowing the old one. Wrong tries of the old one are forgotten with it.

    :raises PinInvalid, PinGuessable: before the old one is looked at
    :raises PinMissing, PinLocked, PinWrong: as when verifying it
    """
    check_new_pin(new)
    verify_pin(user_id=user_id, device_id=device_id, pin=old, now=now)
    pin_hash = make_password(new)
    with transaction.atomic():
        queries.lock_pin(user_id)
        _set(user_id, device_id, pin_hash, now)


def verify_pin(*, user_id: int, device_id: int | None = None, pin: str, now: datetime) -> Authorization:
    """
    Go on only with the right PIN. A wrong one counts for the browser in which it was typed (see ``pin_tries``).

    What is cheap is looked at first, and the hash is compared outside of any transaction. Then the PIN is locked, and
    only what it says at that moment counts: of a hundred guesses at once, those after the fifth wrong one are refused,
    even the right one among them; of a hundred right ones all pass. Not inside a transaction of the caller's, which
    could take the count back.

    :raises PinMissing: if none was set
    :raises PinLocked: if there were too many wrong ones
    :raises PinWrong: if this one is wrong
    :raises Busy: if too many are verified at this moment; nothing is counted
    """
    for _ in range(CHANGES_MAX):
        row = queries.pin_of(user_id)
        if row is None or not row.pin_hash:
            raise errors.PinMissing
        if pin_tries.standing(user_id, device_id).left == 0:
            raise errors.PinLocked
        is_right = is_pin(pin) and check_password(pin, row.pin_hash)
        with transaction.atomic(durable=True):
            locked = queries.lock_pin(user_id)
            if locked is None or locked.pin_hash != row.pin_hash:
                continue  # It was changed meanwhile: this says nothing of the new one.
            standing = pin_tries.standing(user_id, device_id)
            if is_right and standing.left:
                pin_tries.forget_wrong(user_id, device_id, now, was=standing)
                # Whoever knows the PIN needs no reset: one that was asked for, by whomever, is over.
                Pin.objects.filter(user_id=user_id, reset_asked_at__isnull=False).update(
                    reset_asked_at=None, reset_device=None
                )
                return Authorization(Means.PIN, user_id)
            if standing.left:
                pin_tries.count_wrong(user_id, device_id, now, was=standing)
        if standing.left <= 1:
            raise errors.PinLocked
        raise errors.PinWrong(left=standing.left - 1)
    raise Busy(retry_after=1)


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
    check_new_pin(pin)
    _require_reset(queries.pin_of(user_id), device_id, now)
    pin_hash = make_password(pin)
    with transaction.atomic():
        asker_id = _require_reset(queries.lock_pin(user_id), device_id, now)
        _set(user_id, device_id, pin_hash, now)
        accounts.trust_device(user_id=user_id, device_id=asker_id, now=now)


def _require_reset(row: Pin | None, device_id: int | None, now: datetime) -> int:
    """Return the device that asked for a new PIN and may set it now, which is this one."""
    if row is None or row.reset_asked_at is None or device_id is None or row.reset_device_id != device_id:
        raise errors.PinResetTooEarly
    left = row.reset_asked_at + RESET_WAIT - now
    if left > timedelta(0):
        raise errors.PinResetTooEarly(retry_after=ceil(left.total_seconds()))
    if left < -RESET_OPEN_FOR:
        raise errors.PinResetTooEarly
    return device_id


def _lock_or_begin(user_id: int) -> Pin:
    # The insert waits for a rival's and then does nothing; whoever won, the row is locked.
    Pin.objects.bulk_create([Pin(user_id=user_id)], ignore_conflicts=True)
    row = queries.lock_pin(user_id)
    assert row is not None, "rows of PINs are never deleted"
    return row


def _set(user_id: int, device_id: int | None, pin_hash: str, now: datetime) -> None:
    Pin.objects.filter(user_id=user_id).update(pin_hash=pin_hash, set_at=now, reset_asked_at=None, reset_device=None)
    pin_tries.begin_anew(user_id, device_id, now)


def check_new_pin(pin: str) -> None:
    """
    Look at a PIN that somebody chose, without setting it.

    :raises PinInvalid: if it is not six digits
    :raises PinGuessable: if it is one of those that are guessed first
    """
    if not is_pin(pin):
        raise errors.PinInvalid
    if is_guessable(pin):
        raise errors.PinGuessable
