"""
The number of a receipt as people say it: eight letters and digits such as ``7KQ4-M2XD``, the same for both sides.

It is the last 40 bits of the journal's id, which are random, in Crockford's base 32: no I, L, O or U, which are read as
something else. Together with the day it is one receipt.
"""

from __future__ import annotations

from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DIGITS = 8
_BITS = 5
_ALSO = str.maketrans("ILO", "110", "- ")


def format_number(journal: UUID) -> str:
    """Return the number of a journal's receipt."""
    rest = journal.int
    letters = [ALPHABET[(rest >> _BITS * place) % len(ALPHABET)] for place in range(DIGITS)][::-1]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def parse_number(written: str) -> str | None:
    """Return the last ten hexadecimal digits of the journals with this number, or None if the text is no number."""
    letters = written.upper().translate(_ALSO)
    if len(letters) != DIGITS or not set(letters) <= set(ALPHABET):
        return None
    value = 0
    for letter in letters:
        value = value * len(ALPHABET) + ALPHABET.index(letter)
    return f"{value:010x}"
