"""Errors of orders, parcels and refunds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class OrderNotFound(DomainError):
    """The order does not exist, or this person is neither its buyer nor its merchant; the error does not tell which."""

    code = "shop.order_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Order not found.")


class NotNow(DomainError):
    """The order's current ``state`` does not allow this action, or not to this person."""

    code = "shop.not_now"
    kind = ErrorKind.CONFLICT
    message = _("The order has changed, so this is no longer possible.")


class RefundWholeOrder(DomainError):
    """The refund would leave nothing of an order that is not completed; the merchant can cancel it instead."""

    code = "shop.refund_whole_order"
    kind = ErrorKind.CONFLICT
    message = _("To refund everything, cancel the order.")


class CancellationDeclined(DomainError):
    """The buyer asked once to cancel this order, and the merchant declined."""

    code = "shop.cancellation_declined"
    kind = ErrorKind.CONFLICT
    message = _("You asked once already, and the shop declined. Talk to the shop in the chat.")


class ShipmentInvalid(DomainError):
    """The courier or the tracking number is empty or too long; ``field`` names it."""

    code = "shop.shipment_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose the courier and enter the tracking number (resi).")


class ResiTaken(DomainError):
    """The shop already uses this tracking number and courier for a parcel to another buyer."""

    code = "shop.resi_taken"
    kind = ErrorKind.CONFLICT
    message = _(
        "Another of your orders already uses that tracking number. If it is wrong there, correct it there first."
    )


class ResiContested(DomainError):
    """
    Two shops use the same tracking number, so the courier's report cannot be assigned to either, and no order changes.
    """

    code = "shop.resi_contested"
    kind = ErrorKind.CONFLICT
    message = _(
        "Two shops use that tracking number, so nothing was noted. One may correct its own; otherwise each order waits"
        " for its buyer, or for its review."
    )


class OrdersUnavailable(DomainError):
    """The orders cannot be read right now. An empty list is never returned instead."""

    code = "shop.orders_unavailable"
    kind = ErrorKind.UNAVAILABLE
    message = _("Your orders cannot be shown right now. Orders that were placed are safe.")
