"""Normalization of text that people enter, with a check of its length."""

from __future__ import annotations

from django.utils.text import slugify

from shop.errors import TextInvalid
from superapp.core import text_cleaning

_SLUG_CHARS = 60


def clean_line(written: str, *, field: str, chars_max: int, may_be_empty: bool = False) -> str:
    """
    Return a text normalized to one line.

    :raises TextInvalid: if it is empty (unless ``may_be_empty``) or longer than ``chars_max``
    """
    return _require_length(text_cleaning.clean_line(written), field, chars_max, may_be_empty)


def clean_lines(written: str, *, field: str, chars_max: int, may_be_empty: bool = True) -> str:
    """
    Return a normalized text of several lines, with at most one empty line in a row.

    :raises TextInvalid: if it is longer than ``chars_max``, or empty although it may not be
    """
    return _require_length(text_cleaning.clean_lines(written), field, chars_max, may_be_empty)


def is_blank(written: str) -> bool:
    """Return whether a text has no visible character."""
    return not text_cleaning.clean_line(written)


def make_slug(name: str) -> str:
    """Return the slug of a product name: letters a to z, digits and hyphens; ``barang`` if nothing is left."""
    return slugify(name)[:_SLUG_CHARS].strip("-") or "barang"


def _require_length(text: str, field: str, chars_max: int, may_be_empty: bool) -> str:
    if len(text) > chars_max or (not text and not may_be_empty):
        raise TextInvalid(field=field, chars_max=chars_max)
    return text
