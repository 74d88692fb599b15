"""Order numbers that people can read aloud."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

# Crockford's base 32 alphabet, without letters that can be mistaken for others.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARS = 6


def order_number(random_id: UUID, placed_at: datetime) -> str:
    """
    Return an order's number, such as ``NS-261122-7K3QF2``: the date and six characters of the random part of an id.

    No counter is used: every checkout would have to wait for it, and it would disclose how many orders there are.
    """
    rest = random_id.int & ((1 << 5 * _CHARS) - 1)
    tail = "".join(_LETTERS[rest >> 5 * place & 31] for place in reversed(range(_CHARS)))
    return f"NS-{placed_at.astimezone(ZoneInfo(settings.TIME_ZONE)):%y%m%d}-{tail}"
