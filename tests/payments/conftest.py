"""Accounts, and money in them, for tests of the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from payments import chart, ledger
from payments.ledger import Entry, Line, key_for
from payments.models import Account
from superapp.core.money import Money
from tests.harness.postings import as_kind


@pytest.fixture
def open_account(database: None, now: datetime) -> Callable[..., Account]:
    """Open accounts by name: ``open_account("ana")``, a wallet unless another kind is named."""

    def open_one(name: str = "ana", kind: chart.Kind = chart.WALLET, *, asset: str = "IDR", **changes: Any) -> Account:
        kind = chart.replace(kind, **changes)
        return ledger.open_account(chart.code(kind, name, asset), kind=kind, asset=asset, now=now)

    return open_one


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Journals of one line: ``entry(ana, bo, 500)``; a key of its own each, unless it is given."""
    numbers = itertools.count(1)

    def make(debit: Account, credit: Account, amount: int, *, key: str = "", **fields: Any) -> Entry:
        line = {name: fields.pop(name) for name in ("phase", "pending_id", "expires_at") if name in fields}
        kind = fields.pop("kind", "test")
        content = fields.pop("content", {"from": debit.pk, "to": credit.pk, "amount": amount})
        return Entry(
            key=key_for("test", key or f"key-{next(numbers)}", content),
            **as_kind(kind),
            lines=(Line(debit.pk, credit.pk, Money(amount, debit.asset), **line),),
            **fields,
        )

    return make


@pytest.fixture
def fund(open_account: Callable[..., Account], entry: Callable[..., Entry], now: datetime) -> Callable[..., Account]:
    """Put money into an account from outside, and return how it then stands."""
    numbers = itertools.count(1)

    def give(account: Account, amount: int) -> Account:
        cash = open_account("bank", chart.CASH, asset=account.asset)
        answer = ledger.post(entry(cash, account, amount, key=f"fund-{next(numbers)}"), now=now)
        assert isinstance(answer, ledger.Posted)
        ledger.roll(account.pk)
        account.refresh_from_db()
        return account

    return give


@pytest.fixture
def wallet(open_account: Callable[..., Account], fund: Callable[..., Account]) -> Callable[..., Account]:
    """A wallet with money in it: ``wallet("ana", 10_000)``."""

    def make(name: str = "ana", amount: int = 0, **changes: Any) -> Account:
        account = open_account(name, **changes)
        return fund(account, amount) if amount else account

    return make


@pytest.fixture(params=["alone", "in a batch"])
def post(
    request: pytest.FixtureRequest, open_account: Callable[..., Account], entry: Callable[..., Entry]
) -> Callable[..., ledger.Answer]:
    """
    Post a journal by itself or beside another one: on PostgreSQL two functions do that, under the same rules.
    """

    def post_one(wish: Entry, *, now: datetime) -> ledger.Answer:
        if request.param == "alone":
            return ledger.post(wish, now=now)
        there, here = (open_account(name, chart.CASH) for name in ("there", "here"))
        _other, outcome = ledger.post_many([entry(there, here, 1, kind="other"), wish], now=now)
        if isinstance(outcome, ledger.Reused):
            raise outcome.error()
        return outcome

    return post_one
