"""Errors of the shop. Their codes never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NotOffered(DomainError):
    """The operator's legal profile has no shops, or no checkout."""

    code = "shop.not_offered"
    kind = ErrorKind.FORBIDDEN
    message = _("Buying and selling is not available here.")


class ShopNotFound(DomainError):
    """The shop does not exist, or belongs to somebody else; the error does not tell which."""

    code = "shop.shop_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Shop not found.")


class ProductNotFound(DomainError):
    """The product does not exist, or is not visible to this person; the error does not tell which."""

    code = "shop.product_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Product not found.")


class PhotoNotFound(DomainError):
    code = "shop.photo_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Photo not found.")


class OrderNotFound(DomainError):
    """The order does not exist, or this person is neither its buyer nor its merchant; the error does not tell which."""

    code = "shop.order_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Order not found.")


class ShopAlreadyOpen(DomainError):
    """The person already has a shop; each person can have one."""

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
    """A text field is empty although it is required, or too long; ``field`` names it."""

    code = "shop.text_invalid"
    kind = ErrorKind.INVALID
    message = _("Please fill this in, up to {chars_max} characters.")


class NameReserved(DomainError):
    """The shop name could be taken for the operator's brand, staff or support."""

    code = "shop.name_reserved"
    kind = ErrorKind.INVALID
    message = _("People could take that name for {brand} itself. Choose another one, please.")


class OpeningHoursInvalid(DomainError):
    """The opening hours of a day are malformed or not in strictly ascending order; ``day`` names the day."""

    code = "shop.opening_hours_invalid"
    kind = ErrorKind.INVALID
    message = _("Opening must be before closing, such as 08:00 to 17:00.")


class TimeZoneUnknown(DomainError):
    code = "shop.time_zone_unknown"
    kind = ErrorKind.INVALID
    message = _("Unknown time zone.")


class PriceInvalid(DomainError):
    """The price is not a positive amount in whole rupiah, or exceeds the maximum."""

    code = "shop.price_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter a price in whole rupiah, from Rp1 to {price_max}.")


class QuantityInvalid(DomainError):
    """The quantity is not a whole number within its bounds."""

    code = "shop.quantity_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a quantity from {quantity_min} to {quantity_max}.")


class WeightInvalid(DomainError):
    """The weight is not a whole number of grams within its bounds."""

    code = "shop.weight_invalid"
    kind = ErrorKind.INVALID
    message = _("Enter the weight in whole grams, from 1 to {grams_max}, or leave it empty.")


class PhotosInvalid(DomainError):
    """The photo names repeat or are not photos of this product, or the product has as many photos as it may have."""

    code = "shop.photos_invalid"
    kind = ErrorKind.INVALID
    message = _("A product can have up to {photos_max} photos.")


class PhotoTooLarge(DomainError):
    """The file of the photo has too many bytes."""

    code = "shop.photo_too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo is too large. The limit is {megabytes_max} MB.")


class PhotoTooManyPixels(DomainError):
    """The photo would have too many pixels once decoded, however small the file is."""

    code = "shop.photo_too_many_pixels"
    kind = ErrorKind.TOO_LARGE
    message = _("That photo has too many pixels. The limit is {megapixels_max} megapixels.")


class PhotoUnreadable(DomainError):
    """The content is not a JPEG, PNG or WebP image, whatever the file name says, or the aspect ratio is extreme."""

    code = "shop.photo_unreadable"
    kind = ErrorKind.INVALID
    message = _("We cannot read that photo. Send a JPEG, PNG or WebP.")


class TooManyProducts(DomainError):
    code = "shop.too_many_products"
    kind = ErrorKind.CONFLICT
    message = _("A shop can have up to {products_max} products.")


class StockTooLow(DomainError):
    """The new stock is lower than the number of pieces that are sold and not shipped yet."""

    code = "shop.stock_too_low"
    kind = ErrorKind.CONFLICT
    message = _("{sold} are sold and not shipped yet, so the stock cannot be lower.")


class StockMoved(DomainError):
    """The stock changed since it was read; ``on_hand`` is the current number."""

    code = "shop.stock_moved"
    kind = ErrorKind.CONFLICT
    message = _("The stock just changed: it is now {on_hand}. Please check again.")


class ProductMoved(DomainError):
    """The product was changed since it was read; nothing was saved."""

    code = "shop.product_moved"
    kind = ErrorKind.CONFLICT
    message = _("This was just changed elsewhere. What you wrote is still here: check it, then save again.")


class KeyReused(DomainError):
    """The idempotency key was used before with different content. The earlier request stands."""

    code = "shop.key_reused"
    kind = ErrorKind.CONFLICT
    message = _("This was already sent with different content. Please start again.")


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


class CaseNotFound(DomainError):
    """The order has no review case."""

    code = "shop.case_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("No decision is asked for on this order.")


class CaseClosed(DomainError):
    """The order ended before the operator decided its review case; ``state`` is its final state."""

    code = "shop.case_closed"
    kind = ErrorKind.CONFLICT
    message = _("This case is closed: the order has ended meanwhile.")


class OwnCase(DomainError):
    """The operator is the buyer or the merchant of the order and may not decide its review case."""

    code = "shop.own_case"
    kind = ErrorKind.FORBIDDEN
    message = _("You are part of this order, so another operator has to decide.")


class OrderDisputed(DomainError):
    """The buyer has opened a dispute of the order; two operators decide it at the console."""

    code = "shop.order_disputed"
    kind = ErrorKind.CONFLICT
    message = _("The buyer reported a problem with this order. Two operators decide it at the console.")


class DisputeClosed(DomainError):
    """The dispute is settled: the buyer dropped it, or the order has ended."""

    code = "shop.dispute_closed"
    kind = ErrorKind.CONFLICT
    message = _("This problem is settled already.")


class DisputeLimitReached(DomainError):
    """The buyer has opened and dropped as many disputes of this order as one may have."""

    code = "shop.dispute_limit"
    kind = ErrorKind.CONFLICT
    message = _(
        "You reported a problem with this order twice and withdrew it. It cannot be reported again: talk to the shop."
    )


class SplitInvalid(DomainError):
    """The part for the buyer is not less than the money that is kept for the order."""

    code = "shop.split_invalid"
    kind = ErrorKind.INVALID
    message = _("The buyer's part has to be less than what is kept for the order.")


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
