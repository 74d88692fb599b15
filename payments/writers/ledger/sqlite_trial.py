"""In-memory trial of journals on SQLite: resulting account states, and the rows to write."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import msgspec

from payments.writers.ledger.entries import AccountChange


class TrialAccount(msgspec.Struct):
    id: int
    asset: str
    status: str
    queued: bool
    floor: int | None
    ceiling: int | None
    credits: int
    debits: int
    held: int
    version: int
    seq: int

    @property
    def change(self) -> AccountChange:
        return AccountChange(self.id, self.version, self.credits - self.debits, self.held)


@dataclass
class Trial:
    """The would-be result of a posting: account states, and the rows to write by table."""

    accounts: dict[int, TrialAccount]
    next_transfer: int
    resolved: list[int] = field(default_factory=list)
    paid: set[str] = field(default_factory=set)
    transfers: list[tuple[Any, ...]] = field(default_factory=list)
    postings: list[tuple[Any, ...]] = field(default_factory=list)
    inbox: list[tuple[Any, ...]] = field(default_factory=list)
    holds: list[tuple[Any, ...]] = field(default_factory=list)

    def copy(self, account_ids: Iterable[int]) -> Trial:
        """Return a disposable trial for one journal on these accounts."""
        accounts = {account_id: copy(self.accounts[account_id]) for account_id in account_ids}
        return Trial(accounts, self.next_transfer, list(self.resolved))

    def take(self, tried: Trial) -> None:
        self.accounts.update(tried.accounts)
        self.next_transfer = tried.next_transfer
        self.resolved = tried.resolved
        for mine, new in (
            (self.transfers, tried.transfers),
            (self.postings, tried.postings),
            (self.inbox, tried.inbox),
            (self.holds, tried.holds),
        ):
            mine += new
