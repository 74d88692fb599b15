"""Writes to accounts other than postings: opening, locking, status and ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from payments.domain import chart_of_accounts
from payments.models import Account
from superapp.core import ids, prepared


def get_or_open_account(
    code: str, *, kind: chart_of_accounts.AccountKind, asset: str, owner_id: int | None = None, now: datetime
) -> Account:
    """
    Return the account of this code, opening it empty if there is none.

    Concurrent calls get the same account.
    """
    account = Account.objects.filter(code=code).first()
    if account is not None:
        return account
    statement, values = _opening_statement(code, kind=kind, asset=asset, owner_id=owner_id, now=now)
    # A concurrent insert is waited for and then ignored; the row exists in either case and is read.
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" or not Account.objects.filter(code=code).exists():
            cursor.execute(statement, values)
    return Account.objects.get(code=code)


def open_wallets(ceilings: Mapping[int, int | None], *, asset: str, now: datetime) -> dict[int, int]:
    """
    Open a wallet for each of these people, with its ceiling in sen, and return their ids by user id.

    In one statement for all. The caller has locked these people and found that none of them has a wallet.
    """
    kind = chart_of_accounts.WALLET
    opened = Account.objects.bulk_create(
        _new_account(
            chart_of_accounts.account_code(kind, f"user.{user_id}", asset),
            kind=replace(kind, ceiling=ceiling),
            asset=asset,
            owner_id=user_id,
            now=now,
        )
        for user_id, ceiling in sorted(ceilings.items())
    )
    return {account.owner_id: account.pk for account in opened if account.owner_id is not None}


def pipeline_account_id(
    code: str, *, kind: chart_of_accounts.AccountKind, asset: str, now: datetime
) -> Callable[[], int]:
    """
    Queue the statement that opens an account, or finds it by its code; the returned callable gives its id.

    Runs inside the caller's transaction and ``prepared.pipeline``. Fastest for a new account: an existing one costs
    another query.
    """
    if connection.vendor != "postgresql":
        pk = get_or_open_account(code, kind=kind, asset=asset, now=now).pk
        return lambda: pk
    statement, values = _opening_statement(code, kind=kind, asset=asset, owner_id=None, now=now)
    asked = prepared.execute_deferred(f"{statement} RETURNING id", values)

    def answered() -> int:
        rows = asked()
        return int(rows[0][0]) if rows else Account.objects.get(code=code).pk

    return answered


def _opening_statement(
    code: str, *, kind: chart_of_accounts.AccountKind, asset: str, owner_id: int | None, now: datetime
) -> tuple[str, list[Any]]:
    """Build the statement that opens an account, and return it with its values."""
    new = _new_account(code, kind=kind, asset=asset, owner_id=owner_id, now=now)
    columns = [field for field in Account._meta.concrete_fields if field.name != "id"]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    places = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(Account._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  # Constant names.
    if connection.vendor == "postgresql":
        statement += " ON CONFLICT (code) DO NOTHING"
    return statement, [field.get_db_prep_save(getattr(new, field.attname), connection) for field in columns]


def _new_account(
    code: str, *, kind: chart_of_accounts.AccountKind, asset: str, owner_id: int | None, now: datetime
) -> Account:
    return Account(
        public_id=ids.new_id(),
        code=code,
        asset=asset,
        kind=kind.name,
        owner_id=owner_id,
        lock_rank=kind.lock_rank,
        queued_credit=kind.queued_credit,
        floor=kind.floor,
        ceiling=kind.ceiling,
        opened_at=now,
    )


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """
    Lock accounts in the fixed lock order, and return them by id.

    For an action that must read balances before it posts. On SQLite a write transaction already excludes all others.
    """
    rows = Account.objects.filter(pk__in=set(account_ids)).order_by("lock_rank", "pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    return {account.pk: account for account in rows}


def freeze_account(account_id: int) -> None:
    """Block all money into and out of an account. Idempotent."""
    Account.objects.filter(pk=account_id, status=Account.Status.OPEN).update(
        status=Account.Status.FROZEN, version=F("version") + 1
    )


def unfreeze_account(account_id: int) -> None:
    """Reopen a frozen account. Idempotent."""
    Account.objects.filter(pk=account_id, status=Account.Status.FROZEN).update(
        status=Account.Status.OPEN, version=F("version") + 1
    )


def close_account(account_id: int) -> None:
    """
    Close an account permanently.

    Idempotent. The database refuses it unless the account is empty.
    """
    Account.objects.filter(pk=account_id).exclude(status=Account.Status.CLOSED).update(
        status=Account.Status.CLOSED, version=F("version") + 1
    )


def set_ceiling(account_id: int, ceiling: int | None) -> None:
    """
    Set the balance ceiling of an account in minor units, None for unlimited.

    The database refuses a ceiling below the current balance.
    """
    Account.objects.filter(pk=account_id).exclude(ceiling=ceiling).update(ceiling=ceiling, version=F("version") + 1)
