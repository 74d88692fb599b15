"""The number of a message in an address or a form."""

from __future__ import annotations

SEQ_MAX = 2**53


def parse_seq(text: str) -> int | None:
    """Return the number of a message, or None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(SEQ_MAX))
    return int(text) if is_number and 0 < int(text) <= SEQ_MAX else None
