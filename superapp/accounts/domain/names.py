"""Validation and cleaning of names and handles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings

from superapp.accounts.errors import HandleInvalid, HandleTaken, NameInvalid, NameReserved
from superapp.core import text_cleaning
from superapp.core.reserved_names import is_reserved_name

NAME_CHARS_MAX = 50
HANDLE_CHARS_MAX = 30
MARKS_IN_A_ROW_MAX = 3
WRITTEN_CHARS_MAX = 1_000
ZERO_WIDTH_JOINER = "\u200d"
# Invisible characters that Unicode categorizes as letters or symbols.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

HANDLE = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)*_?")
HANDLE_CHARS_MIN = 3
# Handles that would impersonate the operator, or collide with a present or future page's URL.
_RESERVED_WORDS = """
about abuse account accounts admin administrator akun anonim anonymous api app avatar bank bantuan belanja
billing bot broadcast cs customerservice daftar dompet everyone gov guest help helpdesk hubungi info keamanan
keluar kontak layanan login logout mail masuk me media moderator nusa obrolan official operator owner pay
payment payments pembayaran pemerintah pengurus pesan polisi postmaster privacy resmi root sales saya security
semua server settings shop staff static status support sysadmin system sistem team test tim toko undefined
unknown user wallet web webmaster www null
"""
RESERVED_HANDLES = frozenset(_RESERVED_WORDS.split())


# Reserved words that are given names, too.
ALLOWED_GIVEN_NAMES = frozenset({"resmi"})


def clean_name(written: str) -> str:
    """
    Return the name in NFC, with single spaces and without invisible characters.

    :raises NameInvalid: if nothing is left, or it is too long
    :raises NameReserved: if it could be taken for the operator
    """
    composed = unicodedata.normalize("NFC", written[:WRITTEN_CHARS_MAX])
    chars = "".join(_strip_invisible(composed))
    name = " ".join(text_cleaning.strip_invisible(chars, kept="\t\r\n", marks_max=MARKS_IN_A_ROW_MAX).split())
    says_something = any(unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So" for char in name)
    if not says_something or len(name) > NAME_CHARS_MAX:
        raise NameInvalid(chars_max=NAME_CHARS_MAX)
    if name.lower() not in ALLOWED_GIVEN_NAMES and is_reserved_name(name):
        raise NameReserved(brand=settings.BRAND_NAME)
    return name


def clean_handle(written: str) -> str:
    """
    Return the handle as it is stored: lower case, without a leading @.

    :raises HandleInvalid: if it does not have the format of a handle
    :raises HandleTaken: if it is reserved
    """
    handle = normalize_handle(written)
    if not HANDLE_CHARS_MIN <= len(handle) <= HANDLE_CHARS_MAX or not HANDLE.fullmatch(handle):
        raise HandleInvalid
    # Separators do not matter: customer_service is customerservice.
    if handle.replace("_", "").replace(".", "") in RESERVED_HANDLES or is_reserved_name(handle):
        raise HandleTaken
    return handle


def normalize_handle(written: str) -> str:
    return written.strip().removeprefix("@").lower()


def _strip_invisible(text: str) -> Iterator[str]:
    for position, char in enumerate(text):
        joins = char not in text_cleaning.JOINERS or (char == ZERO_WIDTH_JOINER and _joins_emoji(text, position))
        if char not in INVISIBLE and joins:
            yield char


def _joins_emoji(text: str, position: int) -> bool:
    """Return whether the joiner at this place joins two emoji into one, its only allowed use."""
    around = text[max(0, position - 2) : position] + text[position + 1 : position + 2]
    return position + 1 < len(text) and sum(unicodedata.category(char) in ("So", "Sk") for char in around) >= 2
