"""Authorizing a movement of money: by the device somebody acts on, by their PIN, or as an operator."""

from __future__ import annotations

from datetime import datetime

from payments import errors, queries
from payments.actions.pins import RESET_OPEN_FOR, RESET_WAIT, verify_pin
from payments.authorization import Authorization, Means
from superapp.accounts import api as accounts
from superapp.core import clock


def authorize(
    *, user_id: int, device_id: int | None, placing_device_id: int | None = None, pin: str = "", now: datetime
) -> Authorization:
    """
    Authorize a person to move money. A trusted device suffices, and so does the one on which they placed the order that
    the money is for (``placing_device_id``); on any other it takes their PIN. Not inside a transaction of the caller's.

    :raises PinNeeded: if it takes the PIN, and none was given
    :raises NoPinOnNewDevice: if it takes the PIN, and none was ever set
    :raises PinWrong, PinLocked: if it takes the PIN, and the one that was given is not right
    """
    means = means_of_device(user_id=user_id, device_id=device_id, placing_device_id=placing_device_id)
    if means is not None:
        return Authorization(means, user_id)
    if not queries.has_pin(user_id):
        raise _no_pin(user_id, device_id, now)
    if not pin:
        raise errors.PinNeeded
    return verify_pin(user_id=user_id, device_id=device_id, pin=pin, now=now)


def means_of_device(*, user_id: int, device_id: int | None, placing_device_id: int | None = None) -> Means | None:
    """Return the means by which this device authorizes its person without the PIN, or None if it does not."""
    if device_id is None:
        return None
    if accounts.is_trusted_device(user_id, device_id):
        return Means.TRUSTED_DEVICE
    return Means.PLACING_DEVICE if device_id == placing_device_id else None


def authorize_operator(operator_id: int) -> Authorization:
    """
    Authorize an operator of the instance to decide about somebody's money.

    :raises OperatorsOnly: if this person is none
    """
    queries.require_operator(operator_id)
    return Authorization(Means.OPERATOR, operator_id)


def _no_pin(user_id: int, device_id: int | None, now: datetime) -> errors.NoPinOnNewDevice:
    row = queries.pin_of(user_id)
    if row is None or row.reset_asked_at is None or device_id is None or row.reset_device_id != device_id:
        return errors.NoPinOnNewDevice(pin_from=None)
    pin_from = row.reset_asked_at + RESET_WAIT
    return errors.NoPinOnNewDevice(pin_from=clock.wire(pin_from) if now <= pin_from + RESET_OPEN_FOR else None)
