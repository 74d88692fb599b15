"""Shares of a refund: how much of it is the payer's and how much the platform's, and from which account each comes."""

from __future__ import annotations

from collections.abc import Sequence


def split_refund(amount: int, *, payer_paid: int, payer_refunded: int) -> tuple[int, int]:
    """
    Split a refund between who paid and the platform, which paid the rest; in minor units.

    The payer is served first, up to what they paid. So a full refund gives both what they paid, however it is divided.
    """
    to_payer = min(amount, payer_paid - payer_refunded)
    return to_payer, amount - to_payer


def pair_shares(sources: Sequence[tuple[int, int]], targets: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """
    Return who gives how much to whom, in the order given: (source, target, amount), of accounts with their amounts.

    Both sides have the same sum; shares of nothing are left out.
    """
    assert sum(amount for _account, amount in sources) == sum(amount for _account, amount in targets)
    pairs, taken = [], 0
    ends = iter([(account, amount) for account, amount in targets if amount])
    target, wanted = next(ends, (0, 0))
    for source, amount in sources:
        left = amount
        while left:
            if not wanted:
                target, wanted = next(ends)
            taken = min(left, wanted)
            pairs.append((source, target, taken))
            left, wanted = left - taken, wanted - taken
    return pairs
