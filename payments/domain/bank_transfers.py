"""Kinds of transfers to a bank, and the journals that each of them consists of."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TransferKind:
    """The prefix of the references of a kind of transfers, and the kinds of its journals: held, arrived, failed."""

    prefix: str
    held: str
    done: str
    failed: str

    def reference(self, public_id: UUID) -> str:
        """Return the reference of the journals of one transfer."""
        return f"{self.prefix}:{public_id}"


# From a wallet, and from a merchant's balance.
WITHDRAWAL = TransferKind("payments.withdrawal", "withdrawal_held", "withdrawn", "withdrawal_failed")
PAYOUT = TransferKind("payments.payout", "payout_held", "payout_done", "payout_failed")


def kind_of(merchant: str) -> TransferKind:
    """Return the kind of a transfer from this merchant's balance, or from a wallet if the merchant is empty."""
    return PAYOUT if merchant else WITHDRAWAL
