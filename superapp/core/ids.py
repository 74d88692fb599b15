"""Identifiers that leave the process."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique everywhere, and roughly in the order of time."""
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """The identifier that ``text`` writes in its canonical form, or None if it writes none."""
    try:
        parsed = UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
    return parsed if str(parsed) == text else None
