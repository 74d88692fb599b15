"""The wallet PIN: six digits that authorize movements of money."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from payments import errors, queries
from payments.actions import pin_attempts
from payments.contracts import PinState
from payments.domain.authorization import Authorization, AuthorizationMethod
from payments.domain.pin_policy import is_guessable, is_well_formed
from payments.models import Pin
from superapp.accounts import api as accounts
from superapp.core.errors import Busy

RESET_WAIT = timedelta(days=1)
# An unused reset ends this long after the wait, so that a finder of the phone cannot complete it later.
RESET_WINDOW = timedelta(days=3)
# How long a proven one-time code counts as fresh.
CODE_MAX_AGE = timedelta(minutes=10)
# How often a PIN may change while one is verified.
CONCURRENT_CHANGES_MAX = 3


def get_pin_state(user_id: int, *, device_id: int | None = None, now: datetime) -> PinState:
    """
    Return whether a person's PIN is set and locked on a device, and from when a requested reset may be completed.

    A reset left unused for longer than ``RESET_WINDOW`` is not reported.
    """
    row = queries.find_pin(user_id)
    if row is None:
        return PinState(is_set=False, is_locked=False)
    is_set = bool(row.pin_hash)
    is_locked = is_set and pin_attempts.is_locked(user_id, device_id)
    reset_from = row.reset_asked_at + RESET_WAIT if row.reset_asked_at else None
    if reset_from is not None and now > reset_from + RESET_WINDOW:
        reset_from = None
    if reset_from is None:
        return PinState(is_set=is_set, is_locked=is_locked)
    return PinState(is_set=is_set, is_locked=is_locked, reset_from=reset_from, reset_device_id=row.reset_device_id)


def set_first_pin(*, user_id: int, pin: str, now: datetime) -> None:
    """
    Set a person's PIN for the first time.

    Clients go through ``set_first_pin_on_device``, which also checks the device.

    :raises PinInvalid, PinGuessable: if it is not six digits, or easy to guess
    :raises PinAlreadySet: if there is one
    """
    validate_new_pin(pin)
    if queries.has_pin(user_id):
        raise errors.PinAlreadySet
    pin_hash = make_password(pin)
    with transaction.atomic():
        if _lock_or_create(user_id).pin_hash:
            raise errors.PinAlreadySet
        _store_pin(user_id, None, pin_hash, now)


def set_first_pin_on_device(*, user_id: int, device_id: int | None, pin: str, now: datetime) -> None:
    """
    Set a person's first PIN from one of their devices, which must be trusted.

    A stranger who took over a phone number must not set a PIN: from an untrusted device a first PIN goes through
    ``request_pin_reset`` and ``reset_pin``. Raises PinInvalid, PinGuessable, PinAlreadySet, FirstPinNeedsTrustedDevice.
    """
    if queries.has_pin(user_id):
        raise errors.PinAlreadySet
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.FirstPinNeedsTrustedDevice
    set_first_pin(user_id=user_id, pin=pin, now=now)


def change_pin(*, user_id: int, device_id: int | None = None, old: str, new: str, now: datetime) -> None:
    """
    Replace the PIN, given the old one, and delete the failed attempts of the old one.

    :raises PinInvalid, PinGuessable: before the old PIN is verified
    :raises PinMissing, PinLocked, PinWrong: as ``verify_pin``
    """
    validate_new_pin(new)
    verify_pin(user_id=user_id, device_id=device_id, pin=old, now=now)
    pin_hash = make_password(new)
    with transaction.atomic():
        queries.lock_pin(user_id)
        _store_pin(user_id, device_id, pin_hash, now)


def verify_pin(*, user_id: int, device_id: int | None = None, pin: str, now: datetime) -> Authorization:
    """
    Verify a PIN and return the authorization that it gives.

    Raises PinMissing, PinWrong (counted for this browser), PinLocked, Busy.
    """
    for _ in range(CONCURRENT_CHANGES_MAX):
        row = queries.find_pin(user_id)
        if row is None or not row.pin_hash:
            raise errors.PinMissing
        if pin_attempts.get_attempt_state(user_id, device_id).left == 0:
            raise errors.PinLocked
        is_right = is_well_formed(pin) and check_password(pin, row.pin_hash)
        with transaction.atomic(durable=True):
            locked = queries.lock_pin(user_id)
            if locked is None or locked.pin_hash != row.pin_hash:
                continue  # The PIN was changed meanwhile, so the result is stale.
            standing = pin_attempts.get_attempt_state(user_id, device_id)
            if is_right and standing.left:
                pin_attempts.clear_failed_attempts(user_id, device_id, now, was=standing)
                # A right PIN cancels any pending reset, which may be a stranger's.
                Pin.objects.filter(user_id=user_id, reset_asked_at__isnull=False).update(
                    reset_asked_at=None, reset_device=None
                )
                return Authorization(AuthorizationMethod.PIN, user_id)
            if standing.left:
                pin_attempts.record_failed_attempt(user_id, device_id, now, was=standing)
        if standing.left <= 1:
            raise errors.PinLocked
        raise errors.PinWrong(left=standing.left - 1)
    raise Busy(retry_after=1)


def request_pin_reset(*, user_id: int, device_id: int | None, code_proved_at: datetime, now: datetime) -> datetime:
    """
    Request a new PIN with a fresh one-time code, and return the time from which it may be set on this device.

    Raises PinResetTooEarly if the code is older than ten minutes.
    """
    if not timedelta(0) <= now - code_proved_at <= CODE_MAX_AGE:
        raise errors.PinResetTooEarly
    with transaction.atomic():
        _lock_or_create(user_id)
        Pin.objects.filter(user_id=user_id).update(reset_asked_at=now, reset_device_id=device_id)
    return now + RESET_WAIT


def cancel_pin_reset(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    Cancel a pending PIN reset from a trusted device.

    Idempotent. Raises PinResetKept.
    """
    if not accounts.is_trusted_device(user_id, device_id):
        raise errors.PinResetKept
    Pin.objects.filter(user_id=user_id).update(reset_asked_at=None, reset_device=None)


def reset_pin(*, user_id: int, device_id: int | None, pin: str, now: datetime) -> None:
    """
    Set a new PIN on the device that requested the reset, after its waiting period of a day.

    Unlocks the PIN and marks the device as trusted.

    :raises PinResetTooEarly: if this device did not request it, the wait is not over, or ``RESET_WINDOW`` has passed
    """
    validate_new_pin(pin)
    _require_reset_due(queries.find_pin(user_id), device_id, now)
    pin_hash = make_password(pin)
    with transaction.atomic():
        asker_id = _require_reset_due(queries.lock_pin(user_id), device_id, now)
        _store_pin(user_id, device_id, pin_hash, now)
        accounts.trust_device(user_id=user_id, device_id=asker_id, now=now)


def _require_reset_due(row: Pin | None, device_id: int | None, now: datetime) -> int:
    """
    Return the id of this device if it requested a reset that is due.

    Raises PinResetTooEarly.
    """
    if row is None or row.reset_asked_at is None or device_id is None or row.reset_device_id != device_id:
        raise errors.PinResetTooEarly
    left = row.reset_asked_at + RESET_WAIT - now
    if left > timedelta(0):
        raise errors.PinResetTooEarly(retry_after=ceil(left.total_seconds()))
    if left < -RESET_WINDOW:
        raise errors.PinResetTooEarly
    return device_id


def _lock_or_create(user_id: int) -> Pin:
    # A concurrent insert is waited for and then ignored; the row exists in either case and is locked.
    Pin.objects.bulk_create([Pin(user_id=user_id)], ignore_conflicts=True)
    row = queries.lock_pin(user_id)
    assert row is not None, "rows of PINs are never deleted"
    return row


def _store_pin(user_id: int, device_id: int | None, pin_hash: str, now: datetime) -> None:
    Pin.objects.filter(user_id=user_id).update(pin_hash=pin_hash, set_at=now, reset_asked_at=None, reset_device=None)
    pin_attempts.reset_attempts(user_id, device_id, now)


def validate_new_pin(pin: str) -> None:
    """
    Validate a chosen PIN without setting it.

    Raises PinInvalid, PinGuessable.
    """
    if not is_well_formed(pin):
        raise errors.PinInvalid
    if is_guessable(pin):
        raise errors.PinGuessable
