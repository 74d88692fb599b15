"""Fields of the forms of products: prices, numbers of pieces and weights, as people write them."""

from __future__ import annotations

import re
from uuid import UUID

from shop.errors import PriceInvalid, QuantityInvalid, WeightInvalid
from shop.models import PRICE_SEN_MAX, QUANTITY_MAX, Variant
from superapp.core import money
from superapp.core.errors import AmountInvalid
from superapp.core.money import Money

VERSION_DIGITS_MAX = 18
_WHOLE = re.compile(r"[0-9]{1,3}(\.[0-9]{3})*|[0-9]+")


def parse_version(written: str) -> int | None:
    """Parse the version of the product with which the form was filled; None if it is malformed."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= VERSION_DIGITS_MAX else None


def parse_price(written: str) -> Money:
    """Parse a price. :raises PriceInvalid: if it is malformed"""
    try:
        return money.parse(written)
    except AmountInvalid:
        raise PriceInvalid(price_max=str(Money(PRICE_SEN_MAX))) from None


def parse_quantity(written: str) -> int:
    """
    Parse a number of pieces, with or without separators of thousands: 1500 or 1.500.

    :raises QuantityInvalid: if it is malformed or too long, also for a decimal fraction
    """
    number = _parse_whole(written, at_most=QUANTITY_MAX)
    if number is None:
        raise QuantityInvalid(quantity_min=0, quantity_max=QUANTITY_MAX)
    return number


def parse_weight(written: str) -> int | None:
    """
    Parse a weight in grams, with or without separators of thousands; None if nothing was written.

    :raises WeightInvalid: if it is malformed or too long, also for a decimal fraction
    """
    if not written.strip():
        return None
    grams = _parse_whole(written, at_most=Variant.WEIGHT_GRAMS_MAX)
    if grams is None:
        raise WeightInvalid(grams_max=Variant.WEIGHT_GRAMS_MAX)
    return grams


def _parse_whole(written: str, *, at_most: int) -> int | None:
    """Parse a whole number with at most as many digits as ``at_most``; None if it is malformed or longer."""
    digits = written.strip()
    if not _WHOLE.fullmatch(digits) or len(digits.replace(".", "")) > len(str(at_most)):
        return None
    return int(digits.replace(".", ""))


def parse_variant(written: str) -> UUID | None:
    """Parse the id of a variant; None if it is missing or malformed."""
    try:
        return UUID(written[:36])
    except ValueError:
        return None
