"""Public identifiers."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): globally unique, and roughly in the order of time."""
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """Parse an identifier in its canonical form; return None for any other text."""
    try:
        parsed = UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
    return parsed if str(parsed) == text else None
