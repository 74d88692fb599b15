"""
Facade of orders: transitions of one order, and lists with their changes.

A transition returns the order as it stands afterwards. A person who is neither buyer nor merchant gets
``OrderNotFound``. Repeating a transition changes nothing; with ``expected_rev`` it happens only if the order is still
at that version, otherwise ``NotNow``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from shop.actions import transitions
from shop.contracts.values import (
    OrderChanges,
    OrderDetails,
    OrderList,
)
from shop.queries import order_pagination
from shop.queries import orders as order_queries


def accept_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderDetails:
    """
    Accept an order as its merchant; the time limit for shipping starts.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be accepted, or is not at ``expected_rev``
    """
    transitions.accept_order(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return order_queries.fetch_order_details(order, user_id=user_id)


def pack_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderDetails:
    """
    Mark an order as packed, as its merchant.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be packed, or is not at ``expected_rev``
    """
    transitions.pack_order(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return order_queries.fetch_order_details(order, user_id=user_id)


def ship_order(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None = None, now: datetime
) -> OrderDetails:
    """
    Mark an order as handed to a courier under a tracking number (resi), as its merchant; its pieces leave the stock.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be shipped, was shipped with another parcel, or is not at ``expected_rev``
    :raises ShipmentInvalid: if courier or tracking number is empty or too long
    :raises ResiTaken: if the shop sends another buyer's parcel under this number
    """
    transitions.ship_order(user_id=user_id, order=order, courier=courier, resi=resi, expected_rev=expected_rev, now=now)
    return order_queries.fetch_order_details(order, user_id=user_id)


def correct_resi(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None = None, now: datetime
) -> OrderDetails:
    """
    Correct courier or tracking number of a parcel on its way, as the merchant. The former number stays in the history.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order is not on its way, or not at ``expected_rev``
    :raises ShipmentInvalid: if courier or tracking number is empty or too long
    :raises ResiTaken: if the shop sends another buyer's parcel under this number
    """
    transitions.correct_resi(
        user_id=user_id, order=order, courier=courier, resi=resi, expected_rev=expected_rev, now=now
    )
    return order_queries.fetch_order_details(order, user_id=user_id)


def report_delivery(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderDetails:
    """
    Mark an order as delivered, as its merchant. It starts no timer: only a courier's report does.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be delivered, or is not at ``expected_rev``
    """
    transitions.report_delivery(user_id=user_id, order=order, expected_rev=expected_rev, now=now)
    return order_queries.fetch_order_details(order, user_id=user_id)


def confirm_receipt(
    *,
    user_id: int,
    order: UUID,
    device_id: int | None,
    pin: str = "",
    expected_rev: int | None = None,
    now: datetime,
) -> OrderDetails:
    """
    Confirm, as the buyer, that the order has arrived; the escrow is released to the merchant.

    It takes a trusted device, the device on which the order was placed, or the PIN.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be confirmed, or is not at ``expected_rev``
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not authorize it
    """
    transitions.confirm_receipt(
        user_id=user_id, order=order, device_id=device_id, pin=pin, expected_rev=expected_rev, now=now
    )
    return order_queries.fetch_order_details(order, user_id=user_id)


def cancel_order(
    *,
    user_id: int,
    order: UUID,
    device_id: int | None,
    pin: str = "",
    reason: str = "",
    expected_rev: int | None = None,
    now: datetime,
) -> OrderDetails:
    """
    Cancel an order and refund the buyer: as the buyer until it is accepted, as the merchant until it is completed.

    It takes a trusted device, for the buyer the device on which the order was placed, or the PIN.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the order cannot be cancelled, or is not at ``expected_rev``
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not authorize it
    """
    transitions.cancel_order(
        user_id=user_id,
        order=order,
        device_id=device_id,
        pin=pin,
        reason=reason,
        expected_rev=expected_rev,
        now=now,
    )
    return order_queries.fetch_order_details(order, user_id=user_id)


def fetch_order(*, user_id: int, order: UUID) -> OrderDetails:
    """Return an order with its lines and history, for its buyer or its merchant. :raises OrderNotFound:"""
    return order_queries.fetch_order_details(order, user_id=user_id)


def list_purchases(
    user_id: int, *, only: Literal["all", "unfinished"] = "all", after: str | None = None, now: datetime
) -> OrderList:
    """
    Return a page of this buyer's orders, newest first, in the list envelope.

    An empty list is complete only if the counter of orders is 0.

    :raises OrdersUnavailable: if counted orders cannot be read
    """
    return order_pagination.list_purchases(user_id, only=only, after=after, now=now)


def list_sales(
    owner_id: int, *, only: Literal["all", "today"] = "today", after: str | None = None, now: datetime
) -> OrderList:
    """
    Return a page of the orders of this owner's shop, in the list envelope.

    ``today`` are unfinished orders, those that wait for the shop before those that wait for others, each oldest first;
    ``all`` are all orders, newest first.

    :raises ShopNotFound: if the person has no shop
    :raises OrdersUnavailable: if counted orders cannot be read
    """
    return order_pagination.list_sales(owner_id, only=only, after=after, now=now)


def list_purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """
    Return a page of the changes of a buyer's list of orders after ``after``; with ``more``, others follow its ``rev``.

    It is the delta of topic ``purchases:<user public id>``.
    """
    return order_pagination.list_purchase_changes(user_id, after=after)


def list_sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """
    Return a page of the changes of a shop's list of orders after ``after``; with ``more``, others follow its ``rev``.

    It is the delta of topic ``sales:<shop public id>``.

    :raises ShopNotFound: if the person has no shop
    """
    return order_pagination.list_sale_changes(owner_id, after=after)
