"""Errors of shops, products, photos and stock."""

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


class VariantNotFound(DomainError):
    """The product has no such variant."""

    code = "shop.variant_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Variant not found.")


class VariantNeeded(DomainError):
    """The product has several variants, and the request names none of them."""

    code = "shop.variant_needed"
    kind = ErrorKind.INVALID
    message = _("Choose a variant first.")


class OptionInvalid(DomainError):
    """A name of an option or a value occurs twice, or a value contains a comma; ``field`` names it."""

    code = "shop.option_invalid"
    kind = ErrorKind.INVALID
    message = _("Write each name and value once, and values without commas.")


class TooManyVariants(DomainError):
    """The values of the options make more combinations than a product may have variants."""

    code = "shop.too_many_variants"
    kind = ErrorKind.INVALID
    message = _("These make {count} variants. A product can have up to {variants_max}.")


class LastVariant(DomainError):
    """The change would leave no variant that is sold."""

    code = "shop.last_variant"
    kind = ErrorKind.CONFLICT
    message = _("At least one variant must be for sale. To sell none, unpublish the product.")


class CategoryNotFound(DomainError):
    """No category has this slug."""

    code = "shop.category_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Category not found.")


class PhotoNotFound(DomainError):
    code = "shop.photo_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Photo not found.")


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
