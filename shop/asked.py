"""Shapes that many commands of selling share."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from superapp.core.money import Money
from superapp.realtime.registry import Shape

Key = Annotated[str, Meta(min_length=1, max_length=64)]
Pin = Annotated[str, Meta(max_length=64)]


class Amount(msgspec.Struct, frozen=True):
    amount_minor: int
    asset: str

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.asset)


class Nothing(Shape):
    pass
