"""Accounts, and money in them, for tests of the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.adapters import banks, statement_files
from payments.domain import chart_of_accounts
from payments.domain.statement_csv import BANK_TIME_ZONE
from payments.models import Account
from payments.queries.reconciliation import day_of
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, TransferLine, derive_key
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.harness.authorizations import entry_fields
from tests.payments.fake_bank import FakeBank


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


@pytest.fixture
def bank(database: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> FakeBank:
    """A bank in this process, which lays no statements ready."""
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    monkeypatch.setattr(statement_files, "has_statements", lambda: False)
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    return fake


@pytest.fixture
def day(now: datetime) -> date:
    """Yesterday at the bank."""
    return day_of(now) - timedelta(days=1)


@pytest.fixture
def noon(day: date) -> datetime:
    """Noon of yesterday at the bank."""
    return datetime.combine(day, time(12), BANK_TIME_ZONE)


@pytest.fixture
def two(make_user: Callable[..., User]) -> dict[str, int]:
    """The ids of two operators, as arguments."""
    maker, checker = (make_user(name, is_staff=True) for name in ("op1", "op2"))
    return {"maker_id": maker.pk, "checker_id": checker.pk}


@pytest.fixture
def suspend(bank: FakeBank, noon: datetime, now: datetime) -> Callable[..., UUID]:
    """Put a payment for nobody known into suspense, and return its journal."""

    def suspend_one(reference: str = "R1", rupiah: int = 50_000, *, later: timedelta = timedelta()) -> UUID:
        credit = BankCredit(bank_reference=reference, paid_to="88019", amount=Money(rupiah * 100), paid_at=noon)
        return place_incoming_payment(credit, now=now + later).journal.public_id

    return suspend_one
