"""The chart of accounts: kinds of accounts with their lock ranks, bounds and codes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from superapp.core.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class AccountKind:
    """
    A kind of account; ``book`` is its parent account in the beancount export.

    Accounts are locked in ascending ``lock_rank``, so that contended rows are locked last.
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
# What a payer's money passes through where one payment has several receivers; empty after each journal.
CLEARING = AccountKind("clearing", 3, "Liabilities:Clearing")
# What the platform sets aside of its earnings to pay a part of orders. Many orders are paid from it, so it comes last.
PROMOTION = AccountKind("promotion", 9, "Liabilities:Promotions")
# The name of the promotion account.
PLATFORM = "platform"
FEE = AccountKind("fee", 9, "Income:Fees", queued_credit=True)
# Cash at the bank, an asset: its balance here falls below zero as wallets are topped up.
CASH = AccountKind("cash", 9, "Assets:Cash", floor=None)
# The name of the cash at the counter.
COUNTER = "counter"

# The name of our account at the bank, and of what came in there and could not be placed.
SETTLEMENT = "settlement"
# Money at a bank, an asset like cash.
BANK = AccountKind("bank", 9, "Assets:Bank", floor=None)
# Money that came in and could not be placed; it belongs to somebody, and an operator finds out to whom.
SUSPENSE = AccountKind("suspense", 9, "Liabilities:Suspense", queued_credit=True)
# Gains and losses against the bank: its own fees, and money that is nobody's.
ADJUSTMENT = AccountKind("adjustment", 9, "Income:Adjustments", floor=None)

ACCOUNT_KINDS = {
    kind.name: kind for kind in (WALLET, MERCHANT, ESCROW, CLEARING, PROMOTION, FEE, CASH, BANK, SUSPENSE, ADJUSTMENT)
}


def wallet_kind(tier: str) -> AccountKind:
    """Return the account kind of a wallet of this verification tier; the kind sets its balance ceiling."""
    return replace(WALLET, ceiling=get_wallet_ceiling(tier))


def get_wallet_ceiling(tier: str) -> int:
    """Return the balance ceiling, in sen, of a wallet of this tier."""
    return int(settings.WALLET_CEILINGS[tier])


def account_code(kind: AccountKind, name: str, asset: str) -> str:
    """Return the code of the account of this kind, opaque name and asset."""
    if not name or len(name) > 128 or not name.isprintable():
        raise InputInvalid(detail="reference")
    return f"{kind.name}:{name}:{asset}"


def name_in(code: str) -> str:
    """Return the opaque name in the code of an account."""
    return code.partition(":")[2].rpartition(":")[0]
