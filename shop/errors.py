"""Errors of selling, with codes that never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NotOffered(DomainError):
    """The operator of this place has no shops, or sells nothing, by its legal profile."""

    code = "shop.not_offered"
    kind = ErrorKind.FORBIDDEN
    message = _("Buying and selling is not available here.")


class ShopNotFound(DomainError):
    """No such shop, or not yours; the error does not say which."""

    code = "shop.shop_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Shop not found.")


class ProductNotFound(DomainError):
    """No such product, or one that is not shown to you; the error does not say which."""

    code = "shop.product_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Product not found.")


class PhotoNotFound(DomainError):
    code = "shop.photo_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Photo not found.")


class OrderNotFound(DomainError):
    """No such order, or one of which you are neither buyer nor seller; the error does not say which."""

    code = "shop.order_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Order not found.")


class ShopAlreadyOpen(DomainError):
    """A person has one shop."""

    code = "shop.shop_already_open"
    kind = ErrorKind.CONFLICT
    message = _("You already have a shop.")


class HandleInvalid(DomainError):
    code = "shop.handle_invalid"
    kind = ErrorKind.INVALID
    message = _("A shop link has 3 to 30 letters a–z, digits or hyphens, and starts with a letter.")


class HandleTaken(DomainError):
    """The handle is taken by another shop or reserved."""

    code = "shop.handle_taken"
    kind = ErrorKind.CONFLICT
    message = _("That link is taken.")


class TextInvalid(DomainError):
    """A name, a town or the like that is empty where it may not be, or too long; ``field`` says which."""

    code = "shop.text_invalid"
    kind = ErrorKind.INVALID
    message = _("Please fill this in, up to {chars_max} characters.")


class NameReserved(DomainError):
    """The name of a shop claims to be the house itself: its brand, its staff, its support."""

    code = "shop.name_reserved"
    kind = ErrorKind.INVALID
    message = _("People could take that name for {brand} itself. Choose another one, please.")


class OpeningHoursInvalid(DomainError):
    """Not days with times from earlier to later, in order and apart from each other; ``day`` says which day."""

    code = "shop.opening_hours_invalid"
    kind = ErrorKind.INVALID
    message = _("Opening must be before closing, such as 08:00 to 17:00.")


class TimeZoneUnknown(DomainError):
    code = "shop.time_zone_unknown"
    kind = ErrorKind.INVALID
    message = _("Unknown time zone.")


class PriceInvalid(DomainError):
    """A price is a positive amount of whole rupiah, up to a maximum."""

    code = "shop.price_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter a price in whole rupiah, from Rp1 to {price_max}.")


class QuantityInvalid(DomainError):
    """Not a whole number of pieces within bounds."""

    code = "shop.quantity_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a quantity from {quantity_min} to {quantity_max}.")


class PhotosInvalid(DomainError):
    """An order of photos that does not name each of them once, or more photos than a product may have."""

    code = "shop.photos_invalid"
    kind = ErrorKind.INVALID
    message = _("A product can have up to {photos_max} photos.")


class PhotoTooLarge(DomainError):
    """Too many bytes."""

    code = "shop.photo_too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo is too large. The limit is {megabytes_max} MB.")


class PhotoTooManyPixels(DomainError):
    """Small as a file and huge once opened."""

    code = "shop.photo_too_many_pixels"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo has too many pixels. The limit is {megapixels_max} megapixels.")


class PhotoUnreadable(DomainError):
    """Not a JPEG, PNG or WebP by its content, whatever its name says; or too narrow a strip to be a photo."""

    code = "shop.photo_unreadable"
    kind = ErrorKind.INVALID
    message = _("We cannot read that photo. Send a JPEG, PNG or WebP.")


class TooManyProducts(DomainError):
    code = "shop.too_many_products"
    kind = ErrorKind.CONFLICT
    message = _("A shop can have up to {products_max} products.")


class StockTooLow(DomainError):
    """Fewer pieces than are sold already and not shipped yet."""

    code = "shop.stock_too_low"
    kind = ErrorKind.CONFLICT
    message = _("{sold} are sold and not shipped yet, so the stock cannot be lower.")


class StockMoved(DomainError):
    """The stock changed since it was looked at; ``on_hand`` says how many there are now."""

    code = "shop.stock_moved"
    kind = ErrorKind.CONFLICT
    message = _("The stock just changed: it is now {on_hand}. Please check again.")


class ProductMoved(DomainError):
    """The product was changed since you looked at it; nothing of yours was saved."""

    code = "shop.product_moved"
    kind = ErrorKind.CONFLICT
    message = _("This was just changed elsewhere. What you wrote is still here: check it, then save again.")


class KeyReused(DomainError):
    """The idempotency key was used for something else. Whatever that was, it stands."""

    code = "shop.key_reused"
    kind = ErrorKind.CONFLICT
    message = _("This was already sent with different content. Please start again.")


class AddressInvalid(DomainError):
    """A part of the address is missing, too long, or no callable phone number; ``field`` says which."""

    code = "shop.address_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter a name, a phone number, a street and a town.")


class OwnGoods(DomainError):
    """A seller cannot buy from their own shop."""

    code = "shop.own_goods"
    kind = ErrorKind.FORBIDDEN
    message = _("You cannot buy from your own shop.")


class NotForSale(DomainError):
    """The product is hidden, the shop is closed, or its owner blocked the buyer: one answer for all. Not retried."""

    code = "shop.not_for_sale"
    kind = ErrorKind.CONFLICT
    message = _("This is not for sale right now. You have not paid anything.")


class SoldOut(DomainError):
    """Fewer pieces are left than were asked for; ``left`` says how many. Final under its key."""

    code = "shop.sold_out"
    kind = ErrorKind.CONFLICT
    message = _("Not enough left: {left}. You have not paid anything.")


class NotThatMany(SoldOut):
    """Fewer pieces are left than were asked for, and more than others are told of. Final under its key."""

    code = "shop.not_that_many"
    kind = ErrorKind.CONFLICT
    message = _("There are not that many left. Choose fewer. You have not paid anything.")


class TooManyOrders(DomainError):
    """So many orders of one buyer with one shop in a day, none of them sent yet or all taken back. Burns no key."""

    code = "shop.too_many_orders"
    kind = ErrorKind.LIMITED
    message = _("You have placed {orders_max} orders with this shop today. Wait until some are shipped.")


class StockUnknown(DomainError):
    """The stock cannot be read, and no purchase is made on a guess. Burns no key."""

    code = "shop.stock_unknown"
    kind = ErrorKind.UNAVAILABLE
    message = _("Stock cannot be checked right now, so the order was not placed. You have not paid anything.")


class OrderChanged(DomainError):
    """
    The total is not what the buyer agreed to: ``expected_minor`` then, ``total_minor`` now, of ``price_minor`` each.
    Final under its key.
    """

    code = "shop.order_changed"
    kind = ErrorKind.CONFLICT
    message = _("The price just changed. You have not paid anything; check the new total.")


class NotNow(DomainError):
    """The order is in a ``state`` in which this cannot be done, or not by you."""

    code = "shop.not_now"
    kind = ErrorKind.CONFLICT
    message = _("The order has changed, so this is no longer possible.")


class CaseNotFound(DomainError):
    """The order has no open case for an operator to decide."""

    code = "shop.case_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No decision is asked for on this order.")


class CaseClosed(DomainError):
    """The order of the case has ended meanwhile, by somebody else or otherwise; ``state`` says how."""

    code = "shop.case_closed"
    kind = ErrorKind.CONFLICT
    message = _("This case is closed: the order has ended meanwhile.")


class OwnCase(DomainError):
    """The buyer and the seller of an order may not decide its case as operators."""

    code = "shop.own_case"
    kind = ErrorKind.FORBIDDEN
    message = _("You are part of this order, so another operator has to decide.")


class ShipmentInvalid(DomainError):
    """A courier or a number of a parcel that is empty or too long; ``field`` says which."""

    code = "shop.shipment_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose the courier and enter the tracking number (resi).")


class ResiTaken(DomainError):
    """The tracking number is in use for a parcel of the shop to another buyer with the same courier."""

    code = "shop.resi_taken"
    kind = ErrorKind.CONFLICT
    message = _(
        "Another of your orders already uses that tracking number. If it is wrong there, correct it there first."
    )


class ResiContested(DomainError):
    """Two shops sent something under this number: the courier's word says nothing of either, and moves neither."""

    code = "shop.resi_contested"
    kind = ErrorKind.CONFLICT
    message = _(
        "Two shops use that tracking number, so nothing was noted. One may correct its own; otherwise each order waits"
        " for its buyer, or for its review."
    )


class OrdersUnavailable(DomainError):
    """The orders cannot be read right now; an empty list is never returned instead."""

    code = "shop.orders_unavailable"
    kind = ErrorKind.UNAVAILABLE
    message = _("Your orders cannot be shown right now. Orders that were placed are safe.")
