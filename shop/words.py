"""What people write about their goods and themselves: in one form, and without what cannot be seen."""

from __future__ import annotations

import re

from django.utils.text import slugify

from shop.errors import TextInvalid
from superapp.core.text_cleaning import strip_unseen

WRITTEN_CHARS_MAX = 20_000
# Controls, formats (zero-width, direction overrides), surrogates, private and unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ZERO_WIDTH_JOINER = "\u200d"
_SLUG_CHARS = 60


def line(written: str, *, field: str, chars_max: int, may_be_empty: bool = False) -> str:
    """
    One line of text.

    :raises TextInvalid: if nothing is left, or too much
    """
    return _checked(" ".join(_seen(written).split()), field, chars_max, may_be_empty)


def lines(written: str, *, field: str, chars_max: int, may_be_empty: bool = True) -> str:
    """Text of several lines, with at most one empty line between two."""
    kept = "\n".join(" ".join(row.split()) for row in _seen(written).splitlines())
    return _checked(re.sub(r"\n{3,}", "\n\n", kept).strip("\n"), field, chars_max, may_be_empty)


def is_blank(written: str) -> bool:
    """Whether nothing of it can be seen."""
    return not _seen(written).split()


def slug(name: str) -> str:
    """What an address says of a product: letters a to z, digits and hyphens."""
    return slugify(name)[:_SLUG_CHARS].strip("-") or "barang"


def _checked(text: str, field: str, chars_max: int, may_be_empty: bool) -> str:
    if len(text) > chars_max or (not text and not may_be_empty):
        raise TextInvalid(field=field, chars_max=chars_max)
    return text


def _seen(written: str) -> str:
    return strip_unseen(written[:WRITTEN_CHARS_MAX].replace("\r\n", "\n").replace("\r", "\n"), kept="\n\t")
