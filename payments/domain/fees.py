"""Fee rules of the platform."""

from __future__ import annotations

from dataclasses import dataclass

from payments.domain.qris import Criteria
from superapp.core.money import Money


@dataclass(frozen=True, slots=True)
class FeeRule:
    """
    A fee in basis points, rounded half up once; amounts up to ``free_up_to_minor`` are free.

    The name is that of the account that the fee is credited to, so that the ledger shows which rule took each fee.
    """

    name: str
    basis_points: int
    free_up_to_minor: int = 0

    def of(self, amount: Money) -> Money:
        """Return the fee on an amount."""
        if amount.amount_minor <= self.free_up_to_minor:
            return Money(0, amount.asset)
        return amount.share(self.basis_points)


NO_FEE = FeeRule("nothing", 0)
# The central bank's rates for QR payments: micro merchants pay nothing for small amounts.
MICRO_MERCHANT_FEE = FeeRule("micro", 30, free_up_to_minor=500_000_00)
REGULAR_MERCHANT_FEE = FeeRule("regular", 70)
PUBLIC_MERCHANT_FEE = FeeRule("public", 40)
_BY_CRITERIA = {
    Criteria.MICRO: MICRO_MERCHANT_FEE,
    Criteria.PUBLIC_SERVICE: PUBLIC_MERCHANT_FEE,
    Criteria.SOCIAL: PUBLIC_MERCHANT_FEE,
}


def qris_fee(criteria: Criteria) -> FeeRule:
    """Return the fee rule of payments by code to merchants of these criteria."""
    return _BY_CRITERIA.get(criteria, REGULAR_MERCHANT_FEE)
