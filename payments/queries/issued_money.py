"""Queries of the money that the operator owes its users."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from payments.models import IssuedMoney
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money

# From here on an operator should see the cap coming.
NEAR_PERCENT = 90


@dataclass(frozen=True, slots=True)
class FloatCap:
    """The sum that the operator of a closed loop owes its users, and the most that it may owe."""

    owed: Money
    most: Money

    @property
    def over(self) -> Money:
        """The issued money above the cap; it is positive if the cap was lowered below what was issued."""
        return Money(max(0, self.owed.amount_minor - self.most.amount_minor))

    @property
    def room(self) -> Money:
        return Money(max(0, self.most.amount_minor - self.owed.amount_minor))

    @property
    def percent(self) -> int:
        return self.owed.amount_minor * 100 // self.most.amount_minor

    @property
    def is_near(self) -> bool:
        return self.percent >= NEAR_PERCENT


def find_float_room(asset: str) -> Money | None:
    """Return how much more may come in before the cap of a closed loop is reached, or None without a cap."""
    row = IssuedMoney.objects.filter(asset=asset).first()
    if row is None or row.cap is None:
        return None
    return Money(max(0, row.cap - row.owed), asset)


def find_float_cap() -> FloatCap | None:
    """Return issued money and the float cap, or None without a cap."""
    if settings.WALLET_LOOP != "closed":
        return None
    owed = IssuedMoney.objects.filter(asset=IDR).values_list("owed", flat=True).first() or 0
    return FloatCap(Money(owed), Money(settings.FLOAT_CAP_RUPIAH * SEN_PER_RUPIAH))
