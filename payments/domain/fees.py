"""Fee rules: what the platform keeps of a payment."""

from __future__ import annotations

from dataclasses import dataclass

from superapp.core.money import Money


@dataclass(frozen=True, slots=True)
class FeeRule:
    """
    A fee in basis points, with amounts up to ``free_up_to_minor`` free; rounded half up once.

    The name is that of the account to which the fee is credited: the books say by which rule each fee was taken.
    """

    name: str
    basis_points: int
    free_up_to_minor: int = 0

    def of(self, amount: Money) -> Money:
        if amount.amount_minor <= self.free_up_to_minor:
            return Money(0, amount.asset)
        return amount.share(self.basis_points)


NO_FEE = FeeRule("nothing", 0)
# As the central bank has it for QR payments: small merchants pay nothing for small amounts.
MICRO_MERCHANT_FEE = FeeRule("micro", 30, free_up_to_minor=500_000_00)
REGULAR_MERCHANT_FEE = FeeRule("regular", 70)
