"""Queries of the money that the operator owes its users."""

from __future__ import annotations

from payments.models import IssuedMoney
from superapp.core.money import Money


def find_float_room(asset: str) -> Money | None:
    """Return how much more may come in before the cap of a closed loop is reached, or None without a cap."""
    row = IssuedMoney.objects.filter(asset=asset).first()
    if row is None or row.cap is None:
        return None
    return Money(max(0, row.cap - row.owed), asset)
