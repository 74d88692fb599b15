"""
The way of an order, as the door offers it: each verb makes its move and answers how the order stands.

``user_id`` is who does it; whoever is neither side is told that there is no order. Doing again what is done already
changes nothing. With ``expected_rev``, only if nothing happened since.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shop.actions import moving
from shop.queries import orders as books
from shop.shapes import OrderView


def accept_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant takes it on. :raises OrderNotFound, NotNow:"""
    moving.accept_order(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return books.order_for(order, user_id=user_id)


def pack_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant has packed it. :raises OrderNotFound, NotNow:"""
    moving.pack_order(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return books.order_for(order, user_id=user_id)


def ship_order(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None = None, now: datetime
) -> OrderView:
    """
    The merchant has given it to a courier, under this number.

    :raises OrderNotFound, NotNow, ShipmentInvalid, ResiTaken:
    """
    moving.ship_order(user_id=user_id, order=order, courier=courier, resi=resi, expected_rev=expected_rev, now=now)
    return books.order_for(order, user_id=user_id)


def correct_resi(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None = None, now: datetime
) -> OrderView:
    """
    The merchant corrects courier or number of a parcel on its way; what was said before stays on the order's track.

    :raises OrderNotFound, NotNow, ShipmentInvalid, ResiTaken:
    """
    moving.correct_resi(user_id=user_id, order=order, courier=courier, resi=resi, expected_rev=expected_rev, now=now)
    return books.order_for(order, user_id=user_id)


def report_delivery(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant says that it has arrived: it is shown so, and starts no clock. :raises OrderNotFound, NotNow:"""
    moving.report_delivery(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return books.order_for(order, user_id=user_id)


def confirm_receipt(
    *,
    user_id: int,
    order: UUID,
    device_id: int | None,
    pin: str = "",
    expected_rev: int | None = None,
    now: datetime,
) -> OrderView:
    """
    The buyer has it: the money goes to the merchant. It takes a trusted device, the one on which the order was placed,
    or the PIN.

    :raises OrderNotFound, NotNow:
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not suffice
    """
    moving.confirm_receipt(
        user_id=user_id, order=order, device_id=device_id, pin=pin, expected_rev=expected_rev, now=now
    )
    return books.order_for(order, user_id=user_id)


def cancel_order(
    *,
    user_id: int,
    order: UUID,
    device_id: int | None,
    pin: str = "",
    reason: str = "",
    expected_rev: int | None = None,
    now: datetime,
) -> OrderView:
    """
    Take it back, and the money with it: the buyer until it is accepted, the merchant until it is completed. It takes a
    trusted device, the buyer's one on which the order was placed, or the PIN.

    :raises OrderNotFound, NotNow: and payments' refusals, if the money cannot go back
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not suffice
    """
    moving.cancel_order(
        user_id=user_id,
        order=order,
        device_id=device_id,
        pin=pin,
        reason=reason,
        expected_rev=expected_rev,
        now=now,
    )
    return books.order_for(order, user_id=user_id)
