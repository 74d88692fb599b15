"""Errors of buying."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class AddressInvalid(DomainError):
    """A field of the address is missing, too long, or not a callable phone number; ``field`` names it."""

    code = "shop.address_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter a name, a phone number, a street and a town.")


class OwnGoods(DomainError):
    """Merchants cannot buy from their own shop."""

    code = "shop.own_goods"
    kind = ErrorKind.FORBIDDEN
    message = _("You cannot buy from your own shop.")


class NotForSale(DomainError):
    """
    The product is hidden, the shop is closed, or its owner blocked the buyer; the error does not tell which. Final
    under its idempotency key.
    """

    code = "shop.not_for_sale"
    kind = ErrorKind.CONFLICT
    message = _("This is not for sale right now. You have not paid anything.")


class SoldOut(DomainError):
    """Fewer pieces are available than requested; ``left`` is their number. Final under its idempotency key."""

    code = "shop.sold_out"
    kind = ErrorKind.CONFLICT
    message = _("Not enough left: {left}. You have not paid anything.")


class NotThatMany(SoldOut):
    """
    Fewer pieces are available than requested, but more than the public stock limit, so their number is not disclosed.
    Final under its idempotency key.
    """

    code = "shop.not_that_many"
    kind = ErrorKind.CONFLICT
    message = _("There are not that many left. Choose fewer. You have not paid anything.")


class TooManyOrders(DomainError):
    """
    The buyer has too many orders with this shop within a day that are not shipped yet or that the buyer cancelled.
    Nothing is stored under the idempotency key.
    """

    code = "shop.too_many_orders"
    kind = ErrorKind.LIMITED
    message = _("You have placed {orders_max} orders with this shop today. Wait until some are shipped.")


class TooManyUnpaid(DomainError):
    """The buyer has too many purchases that wait for money from a bank. Nothing is stored under the idempotency key."""

    code = "shop.too_many_unpaid"
    kind = ErrorKind.LIMITED
    message = _("You have {purchases_max} purchases that you have not paid yet. Pay or cancel one first.")


class SeveralShops(DomainError):
    """The lines of an order are of several shops; an order is from one."""

    code = "shop.several_shops"
    kind = ErrorKind.INVALID
    message = _("An order is from one shop. Order from each shop by itself.")


class WayNotOffered(DomainError):
    """
    The purchase cannot be paid in this way: no bank is connected, or a code may not move so much. Nothing is stored.
    """

    code = "shop.way_not_offered"
    kind = ErrorKind.CONFLICT
    message = _("This purchase cannot be paid in this way. You have not paid anything.")


class StockUnknown(DomainError):
    """The stock cannot be read, so nothing is sold. Nothing is stored under the idempotency key."""

    code = "shop.stock_unknown"
    kind = ErrorKind.UNAVAILABLE
    message = _("Stock cannot be checked right now, so the order was not placed. You have not paid anything.")


class OrderChanged(DomainError):
    """
    The total differs from what the buyer agreed to: ``expected_minor`` was agreed, ``total_minor`` is the current total
    at ``price_minor`` per piece. Final under its idempotency key.
    """

    code = "shop.order_changed"
    kind = ErrorKind.CONFLICT
    message = _("The price just changed. You have not paid anything; check the new total.")
