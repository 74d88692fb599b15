"""The chart of accounts: which kinds there are, how each is locked and bounded, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from superapp.core.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of account. ``book`` is where its money stands in the books: what we owe, what we have, or what we earned.

    Locks are taken from the lowest rank up, hot rows last.
    """

    name: str
    lock_rank: int
    book: str
    queued_credit: bool = False
    floor: int | None = 0
    ceiling: int | None = None


WALLET = Kind("wallet", 0, "Liabilities:Wallets")
MERCHANT = Kind("merchant", 1, "Liabilities:Merchants", queued_credit=True)
ESCROW = Kind("escrow", 2, "Liabilities:Escrow")
FEE = Kind("fee", 9, "Income:Fees", queued_credit=True)
# What lies at the bank: it falls below nothing on our side as people's balances rise.
CASH = Kind("cash", 9, "Assets:Cash", floor=None)

KINDS = {kind.name: kind for kind in (WALLET, MERCHANT, ESCROW, FEE, CASH)}


def wallet(tier: str) -> Kind:
    """A wallet with the ceiling of its owner's verification."""
    return replace(WALLET, ceiling=ceiling_of(tier))


def ceiling_of(tier: str) -> int:
    """The most, in sen, that may lie in a wallet of this tier."""
    return int(settings.WALLET_CEILINGS[tier])


def code(kind: Kind, name: str, asset: str) -> str:
    """The code of the account that a kind has under an opaque name."""
    if not name or len(name) > 128 or not name.isprintable():
        raise InputInvalid(detail="reference")
    return f"{kind.name}:{name}:{asset}"
