"""An auditor of a shop: three numbers for each of its goods, and a ledger on paper, without any of our code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

PURSE = 100_000_00
BUYERS = ("ana", "cy")
# What a piece costs: a product with one variant, and one that is sold in two colours.
PRICES = {"gelang": 10_000_00, "kalung Merah": 10_000_00, "kalung Biru": 15_000_00}
# Who may do what, as an auditor would have it on one page.
MAY = {
    "accept": ("merchant", {"paid"}, "accepted"),
    "pack": ("merchant", {"accepted"}, "packed"),
    "report": ("merchant", {"shipped"}, "delivered"),
    "confirm": ("buyer", {"shipped", "delivered"}, "completed"),
    "buyer cancels": ("buyer", {"paid"}, "cancelled"),
    "merchant cancels": ("merchant", {"paid", "accepted", "packed", "shipped", "delivered"}, "cancelled"),
}


def sum_up(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how many pieces of which goods that is, in the order in which they were named first."""
    summed: dict[str, int] = {}
    for goods, pieces in lines:
        summed[goods] = summed.get(goods, 0) + pieces
    return summed


def cost_of(lines: dict[str, int]) -> int:
    return sum(PRICES[goods] * pieces for goods, pieces in lines.items())


@dataclass
class Deal:
    buyer: str
    # How many pieces of which goods.
    lines: dict[str, int]
    state: str = "paid"
    due_at: datetime | None = None
    # When an operator is asked, unless somebody ends it or a courier comes.
    review_at: datetime | None = None
    # When which courier and number were said of its parcel: the last counts, the others stay on its track.
    named: list[tuple[datetime, str, str]] = field(default_factory=list)
    # When the courier said that it came.
    came_at: datetime | None = None

    @property
    def parcel(self) -> tuple[str, str] | None:
        return self.named[-1][1:] if self.named else None

    @property
    def total(self) -> int:
        return cost_of(self.lines)


@dataclass
class Auditor:
    """An independent reckoning of what must be true, without any of our code."""

    on_hand: dict[str, int] = field(default_factory=dict)
    purse: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUYERS, PURSE))
    merchant: int = 0
    # Goods that the merchant does not sell for now.
    taken_out: set[str] = field(default_factory=set)
    deals: dict[object, Deal] = field(default_factory=dict)

    def committed(self, goods: str) -> int:
        waiting = ("paid", "accepted", "packed")
        return sum(deal.lines.get(goods, 0) for deal in self.deals.values() if deal.state in waiting)

    def left(self, goods: str) -> int:
        return self.on_hand[goods] - self.committed(goods)

    def ship(self, deal: Deal) -> None:
        for goods, pieces in deal.lines.items():
            self.on_hand[goods] -= pieces

    def unfinished(self, buyer: str | None = None) -> list[Deal]:
        return [
            deal
            for deal in self.deals.values()
            if deal.state not in ("completed", "cancelled") and buyer in (None, deal.buyer)
        ]

    def is_on_its_way_to_another(self, deal: Deal, parcel: tuple[str, str]) -> bool:
        return any(
            other.parcel == parcel and other.state == "shipped" and other.buyer != deal.buyer
            for other in self.deals.values()
        )

    def meant(self, parcel: tuple[str, str]) -> list[Deal]:
        """Return the orders that a courier means: those of the first buyer to whom this parcel was sent."""
        said = sorted(
            (deal for deal in self.deals.values() if deal.parcel == parcel),
            key=lambda deal: (deal.state == "cancelled", deal.named[-1][0]),
        )
        return [
            deal
            for deal in said
            if deal.buyer == said[0].buyer and (said[0].came_at is None or deal.named[-1][0] <= said[0].came_at)
        ]

    def end(self, deal: Deal, state: str) -> None:
        if state == "completed":
            self.merchant += deal.total
        else:
            self.purse[deal.buyer] += deal.total
        deal.state, deal.due_at, deal.review_at = state, None, None
