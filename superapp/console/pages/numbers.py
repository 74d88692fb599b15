"""Row numbers in the addresses of pages."""

from __future__ import annotations

DIGITS_MAX = 18


def parse_number(text: str) -> int | None:
    """Return the number of a row, or None if the text is none that a database could have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else None
