"""Numbers and texts of a merchant in the national scheme: account number, register number, name and city."""

from __future__ import annotations

import re
import unicodedata

from superapp.core.text_cleaning import clean_line

# The digits of a merchant between the acquirer's number and the check digit.
MERCHANT_DIGITS = 10
_NOT_PRINTED = re.compile(r"[^A-Za-z0-9 .,&'()/-]+")
POSTAL_CODE = re.compile(r"[1-9][0-9]{4}")
# Merchant categories of ISO 18245 that a shop may choose from.
CATEGORIES = ("5411", "5499", "5651", "5814", "5947", "7230", "5999")


def make_pan(acquirer: str, number: int) -> str:
    """Return the account number of a merchant: its acquirer's number, its own, and a check digit (Luhn)."""
    digits = f"{acquirer}{number:0{MERCHANT_DIGITS}}"
    return f"{digits}{_luhn(digits)}"


def make_nmid(number: int) -> str:
    """Return a number in the form of the national register, from a range that it does not assign."""
    return f"ID999{number:0{MERCHANT_DIGITS}}"


def merchant_id(pan: str) -> str:
    """Return the merchant's own digits of an account number."""
    return pan[-MERCHANT_DIGITS - 1 : -1]


def fold_text(written: str, chars_max: int) -> str:
    """Return a text in the letters that every reader of codes knows, cut to a length; possibly empty."""
    letters = unicodedata.normalize("NFKD", clean_line(written))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(_NOT_PRINTED.sub(" ", plain).split())[:chars_max].strip()


def _luhn(digits: str) -> int:
    """Return the check digit with which a number passes the Luhn test."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return -(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10
