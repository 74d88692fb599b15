"""Cleaning what people write, and making it harmless in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata

CHARS_MAX = 20_000
COMBINING_MARKS_MAX = 8
# Controls, formats (zero-width, direction overrides), surrogates, private and unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# They join emoji and scripts.
_JOINERS = frozenset("\u200c\u200d")
_MARKS = frozenset({"Mn", "Me"})
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
# A spreadsheet takes a cell that begins with one of these for a formula, or for the end of the cell.
_FORMULA = tuple("=+-@;|%")


def strip_unseen(written: str, *, kept: str = "") -> str:
    """
    Return the text in NFC without what cannot be seen: control characters, direction overrides and other formats, and
    of a pile of combining marks what is above the eighth. Characters that are ``kept`` stay, and so do joiners.
    """
    seen, pile = [], 0
    for char in written[:CHARS_MAX]:
        category = unicodedata.category(char)
        if char not in kept and char not in _JOINERS and category in _UNSEEN:
            continue
        # A joiner between marks does not part them.
        pile = pile + 1 if category in _MARKS else pile if char in _JOINERS else 0
        if pile <= COMBINING_MARKS_MAX:
            seen.append(char)
    return unicodedata.normalize("NFC", "".join(seen))


def clean_line(written: str) -> str:
    """Return one line of what somebody wrote: without what cannot be seen, and with single blanks between words."""
    return " ".join(strip_unseen(_BREAKS.sub(" ", written[:CHARS_MAX])).split())


def inert_cell(text: str) -> str:
    """
    Return the text as a cell that no spreadsheet takes for a formula, in one line. Its first character is looked at as
    it is read, so that a full-width or a hidden one is none of the ways around.
    """
    line = _BREAKS.sub(" ", text)
    begins = unicodedata.normalize("NFKC", strip_unseen(line)).lstrip()
    return f"'{line}" if begins.startswith(_FORMULA) else line
