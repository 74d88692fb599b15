"""Rules of the fields of an address, each with the form in which it is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping

from superapp.addresses.errors import (
    FieldMissing,
    FieldTooLong,
    NeighbourhoodInvalid,
    PinInvalid,
    PostalCodeInvalid,
)
from superapp.core import text_cleaning

ADDRESSES_MAX = 30
CHARS_MAX: Mapping[str, int] = {"label": 30, "recipient": 80, "street": 200, "landmark": 150}
POSTAL_CODE_DIGITS = 5
NEIGHBOURHOOD_DIGITS = 3
# Indonesia lies within these degrees, from Aceh to Merauke and from Rote to Sabang.
LATITUDES = (-11.5, 6.5)
LONGITUDES = (94.5, 141.5)

_POSTAL_CODE = re.compile(r"[1-9][0-9]{4}")
_NUMBER = re.compile(r"[0-9]{1,3}")
_DEGREES = re.compile(r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*[,; ]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*")
_DEGREE_DIGITS = 6  # A tenth of a metre.

Pin = tuple[float, float]


def clean_text(written: str, field: str, *, is_required: bool = True) -> str:
    """
    Return the stored form of a text field, in one line.

    :raises FieldMissing: if it is empty and required
    :raises FieldTooLong: if it is too long
    """
    text = text_cleaning.clean_line(written)
    if not text and is_required:
        raise FieldMissing(field=field)
    if len(text) > CHARS_MAX[field] or len(written) > text_cleaning.CHARS_MAX:
        raise FieldTooLong(field=field, chars_max=CHARS_MAX[field])
    return text


def clean_postal_code(written: str) -> str:
    """Return a postal code, or empty for none. :raises PostalCodeInvalid: if it is not five digits"""
    code = written.strip()
    if code and not _POSTAL_CODE.fullmatch(code):
        raise PostalCodeInvalid(field="postal_code")
    return code


def clean_neighbourhood(written: str, field: str) -> str:
    """
    Return the number of an RT or RW with three digits, as on an identity card; empty for none, and for 0.

    :raises NeighbourhoodInvalid: if it is not one to three digits
    """
    number = written.strip()
    if number and not _NUMBER.fullmatch(number):
        raise NeighbourhoodInvalid(field=field)
    return number.zfill(NEIGHBOURHOOD_DIGITS) if number.strip("0") else ""


def parse_pin(written: str) -> Pin | None:
    """
    Parse a pin as maps write it, latitude first ("-6.9034, 107.6431"); None for nothing.

    :raises PinInvalid: if it is no such pair, or not in Indonesia
    """
    if not written.strip():
        return None
    found = _DEGREES.fullmatch(written)
    if found is None:
        raise PinInvalid(field="point")
    latitude, longitude = float(found[1]), float(found[2])
    if not (LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]):
        raise PinInvalid(field="point")
    return round(latitude, _DEGREE_DIGITS), round(longitude, _DEGREE_DIGITS)


def format_pin(pin: Pin | None) -> str:
    """Format a pin as ``parse_pin`` reads it."""
    return "" if pin is None else f"{pin[0]:.{_DEGREE_DIGITS}f}, {pin[1]:.{_DEGREE_DIGITS}f}"
