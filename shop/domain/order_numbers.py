"""Order numbers for people to read aloud."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

# Crockford's: nothing in it looks like something else.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARS = 6


def order_number(order: UUID, placed_at: datetime) -> str:
    """
    ``NS-261122-7K3QF2``: the day, and six characters of the random part of the order's id.

    No counter stands behind it, which all orders would wait for, and which would tell how many there are.
    """
    rest = order.int & ((1 << 5 * _CHARS) - 1)
    tail = "".join(_LETTERS[rest >> 5 * place & 31] for place in reversed(range(_CHARS)))
    return f"NS-{placed_at.astimezone(ZoneInfo(settings.TIME_ZONE)):%y%m%d}-{tail}"
