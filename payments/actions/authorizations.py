"""Authorization of movements of money: by device, by PIN, or as an operator."""

from __future__ import annotations

from datetime import datetime

from payments import errors, queries
from payments.actions.pins import RESET_WAIT, RESET_WINDOW, verify_pin
from payments.domain.authorization import Authorization, AuthorizationMethod
from superapp.accounts import api as accounts
from superapp.core import clock


def authorize(
    *, user_id: int, device_id: int | None, placing_device_id: int | None = None, pin: str = "", now: datetime
) -> Authorization:
    """
    Authorize a person to move money, by a trusted device, the device that placed the order, or the PIN.

    Must not run inside the caller's transaction: a failed attempt must be committed. Raises PinNeeded,
    NoPinOnNewDevice, PinWrong, PinLocked.
    """
    method = get_device_authorization(user_id=user_id, device_id=device_id, placing_device_id=placing_device_id)
    if method is not None:
        return Authorization(method, user_id)
    if not queries.has_pin(user_id):
        raise _no_pin(user_id, device_id, now)
    if not pin:
        raise errors.PinNeeded
    return verify_pin(user_id=user_id, device_id=device_id, pin=pin, now=now)


def get_device_authorization(
    *, user_id: int, device_id: int | None, placing_device_id: int | None = None
) -> AuthorizationMethod | None:
    """
    Return the method by which this device may authorize a payment without a PIN, or None if the PIN is needed.

    ``placing_device_id`` is the device that placed the order in question, if the payment is about one.
    """
    if device_id is None:
        return None
    if accounts.is_trusted_device(user_id, device_id):
        return AuthorizationMethod.TRUSTED_DEVICE
    return AuthorizationMethod.PLACING_DEVICE if device_id == placing_device_id else None


def authorize_operator(operator_id: int) -> Authorization:
    """
    Authorize an operator to decide about another person's money.

    :raises OperatorsOnly: if this person is not an operator
    """
    queries.require_operator(operator_id)
    return Authorization(AuthorizationMethod.OPERATOR, operator_id)


def authorize_two_operators(maker_id: int, checker_id: int, *, beside: int | None = None) -> Authorization:
    """
    Authorize two operators, of whom one proposed and the other approved, to decide about money; it names both.

    Neither is the person ``beside`` to whom it goes.

    :raises OperatorsOnly: if one of them is not an operator
    :raises TwoPersonsNeeded: if they are not two persons beside that one
    """
    queries.require_operator(maker_id)
    if maker_id == checker_id or beside in (maker_id, checker_id):
        raise errors.TwoPersonsNeeded
    queries.require_operator(checker_id)
    return Authorization(AuthorizationMethod.TWO_OPERATORS, checker_id, second_user_id=maker_id)


def _no_pin(user_id: int, device_id: int | None, now: datetime) -> errors.NoPinOnNewDevice:
    row = queries.find_pin(user_id)
    if row is None or row.reset_asked_at is None or device_id is None or row.reset_device_id != device_id:
        return errors.NoPinOnNewDevice(pin_from=None)
    pin_from = row.reset_asked_at + RESET_WAIT
    return errors.NoPinOnNewDevice(pin_from=clock.to_wire(pin_from) if now <= pin_from + RESET_WINDOW else None)
