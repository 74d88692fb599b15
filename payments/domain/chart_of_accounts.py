"""The chart of accounts: kinds of accounts with their lock order, bounds and codes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from superapp.core.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class AccountKind:
    """
    A kind of account; ``book`` is its place in the beancount export.

    Locks are taken from the lowest rank up, hot rows last.
    """

    name: str
    lock_rank: int
    book: str
    queued_credit: bool = False
    floor: int | None = 0
    ceiling: int | None = None


WALLET = AccountKind("wallet", 0, "Liabilities:Wallets")
MERCHANT = AccountKind("merchant", 1, "Liabilities:Merchants", queued_credit=True)
ESCROW = AccountKind("escrow", 2, "Liabilities:Escrow")
FEE = AccountKind("fee", 9, "Income:Fees", queued_credit=True)
# What lies at the bank: it falls below nothing on our side as people's balances rise.
CASH = AccountKind("cash", 9, "Assets:Cash", floor=None)

ACCOUNT_KINDS = {kind.name: kind for kind in (WALLET, MERCHANT, ESCROW, FEE, CASH)}


def wallet_kind(tier: str) -> AccountKind:
    """A wallet with the ceiling of its owner's verification."""
    return replace(WALLET, ceiling=get_wallet_ceiling(tier))


def get_wallet_ceiling(tier: str) -> int:
    """The most, in sen, that may lie in a wallet of this tier."""
    return int(settings.WALLET_CEILINGS[tier])


def account_code(kind: AccountKind, name: str, asset: str) -> str:
    """The code of the account that a kind has under an opaque name."""
    if not name or len(name) > 128 or not name.isprintable():
        raise InputInvalid(detail="reference")
    return f"{kind.name}:{name}:{asset}"
