"""The model of the money machine: what a clerk with a pencil would know."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

# Of an unregistered wallet, in sen.
CEILING = 2_000_000_00


@dataclass
class Clerk:
    """The model: what a clerk with a pencil would know, in sen."""

    wallets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("ana", "bo", "cy"), 0))
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("ana", "bo", "cy"), 0))
    escrow: dict[str, int] = field(default_factory=dict)
    refundable: dict[str, tuple[str, int]] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    merchant: int = 0
    merchant_held: int = 0
    fees: int = 0
    suspense: int = 0
    bank: int = 0

    def available(self, who: str) -> int:
        return self.wallets[who] - self.held[who]

    def merchant_available(self) -> int:
        return self.merchant - self.merchant_held

    def fits(self, who: str, amount: int) -> bool:
        return self.wallets[who] + amount <= CEILING

    def pay_in(self, who: str, amount: int) -> None:
        self.bank += amount
        if self.fits(who, amount):
            self.wallets[who] += amount
        else:
            self.suspense += amount

    def sell(self, amount: int, basis_points: int) -> None:
        fee = int((Decimal(amount) * basis_points / 10_000).quantize(Decimal(1), ROUND_HALF_UP))
        self.merchant, self.fees = self.merchant + amount - fee, self.fees + fee
