"""The trial balance: sums of all accounts by kind and asset."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from superapp.core.money import Money

# One statement, so that a transfer in between is counted on both sides or on neither.
_SQL = """
    SELECT a.asset, a.kind, count(*), sum(a.debits), sum(a.credits), sum(a.held), coalesce(sum(w.amount), 0)
    FROM payments_account a
    LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM payments_inbox GROUP BY account_id) w
        ON w.account_id = a.id
    GROUP BY a.asset, a.kind ORDER BY a.asset, a.kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalanceLine:
    """
    The sums of one kind of account in one asset, in minor units.

    ``queued`` are credits that were not rolled up yet; ``credits`` includes them.
    """

    asset: str
    kind: str
    accounts: int
    debits: int
    credits: int
    held: int
    queued: int

    @property
    def debit_money(self) -> Money:
        return Money(self.debits, self.asset)

    @property
    def credit_money(self) -> Money:
        return Money(self.credits, self.asset)

    @property
    def balance(self) -> int:
        return self.credits - self.debits


def compute_trial_balance() -> list[TrialBalanceLine]:
    """Sum up all accounts, by asset and kind."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        rows = [(asset, kind, *map(int, sums)) for asset, kind, *sums in cursor.fetchall()]
    return [
        TrialBalanceLine(
            asset=asset,
            kind=kind,
            accounts=accounts,
            debits=debits,
            credits=posted + queued,
            held=held,
            queued=queued,
        )
        for asset, kind, accounts, debits, posted, held, queued in rows
    ]
