"""Accounts, and money in them, for tests of the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from payments.domain import chart_of_accounts
from payments.models import Account
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields


@pytest.fixture
def open_account(database: None, now: datetime) -> Callable[..., Account]:
    """Open accounts by name: ``open_account("ana")``, a wallet unless another kind is named."""

    def open_one(
        name: str = "ana",
        kind: chart_of_accounts.AccountKind = chart_of_accounts.WALLET,
        *,
        asset: str = "IDR",
        **changes: Any,
    ) -> Account:
        kind = chart_of_accounts.replace(kind, **changes)
        return ledger.get_or_open_account(
            chart_of_accounts.account_code(kind, name, asset), kind=kind, asset=asset, now=now
        )

    return open_one


@pytest.fixture
def entry() -> Callable[..., JournalEntry]:
    """Journals of one line: ``entry(ana, bo, 500)``; a key of its own each, unless it is given."""
    numbers = itertools.count(1)

    def make(debit: Account, credit: Account, amount: int, *, key: str = "", **fields: Any) -> JournalEntry:
        line = {name: fields.pop(name) for name in ("phase", "pending_id", "expires_at") if name in fields}
        kind = fields.pop("kind", "test")
        content = fields.pop("content", {"from": debit.pk, "to": credit.pk, "amount": amount})
        return JournalEntry(
            key=derive_key("test", key or f"key-{next(numbers)}", content),
            **entry_fields(kind),
            lines=(TransferLine(debit.pk, credit.pk, Money(amount, debit.asset), **line),),
            **fields,
        )

    return make


@pytest.fixture
def fund(
    open_account: Callable[..., Account], entry: Callable[..., JournalEntry], now: datetime
) -> Callable[..., Account]:
    """Put money into an account from outside, and return how it then stands."""
    numbers = itertools.count(1)

    def give(account: Account, amount: int) -> Account:
        cash = open_account("bank", chart_of_accounts.CASH, asset=account.asset)
        answer = ledger.post(entry(cash, account, amount, key=f"fund-{next(numbers)}"), now=now)
        assert isinstance(answer, ledger.Posted)
        ledger.roll_up(account.pk)
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
    request: pytest.FixtureRequest, open_account: Callable[..., Account], entry: Callable[..., JournalEntry]
) -> Callable[..., ledger.PostingResult]:
    """
    Post a journal by itself or beside another one: on PostgreSQL two functions do that, under the same rules.
    """

    def post_one(wish: JournalEntry, *, now: datetime) -> ledger.PostingResult:
        if request.param == "alone":
            return ledger.post(wish, now=now)
        there, here = (open_account(name, chart_of_accounts.CASH) for name in ("there", "here"))
        _other, outcome = ledger.post_many([entry(there, here, 1, kind="other"), wish], now=now)
        if isinstance(outcome, ledger.Reused):
            raise outcome.error()
        return outcome

    return post_one


@pytest.fixture
def bo(make_payer: Callable[..., User], ana: User, now: datetime) -> User:
    """A contact of ana who takes money, too."""
    bo = make_payer("bo", name="Bo Santoso")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    return bo
