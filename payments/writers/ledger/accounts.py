"""Opening accounts, locking them, and changing what is not money about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    The account of this code, opened empty if there was none.

    Two who open it at once get the same one.
    """
    account = Account.objects.filter(code=code).first()
    if account is not None:
        return account
    statement, values = _opening_statement(code, kind=kind, asset=asset, owner_id=owner_id, now=now)
    # The insert waits for a rival's and then does nothing; whoever won, the row is read.
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" or not Account.objects.filter(code=code).exists():
            cursor.execute(statement, values)
    return Account.objects.get(code=code)


def pipeline_account_id(
    code: str, *, kind: chart_of_accounts.AccountKind, asset: str, now: datetime
) -> Callable[[], int]:
    """
    The id of the account of this code, most likely opened just now; among statements that are sent together (see
    ``prepared.pipeline``), inside the caller's transaction.
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
    """The statement that opens an account, and its values."""
    new = Account(
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
    columns = [field for field in Account._meta.concrete_fields if field.name != "id"]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    places = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(Account._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  # Names of ours, values bound.
    if connection.vendor == "postgresql":
        statement += " ON CONFLICT (code) DO NOTHING"
    return statement, [field.get_db_prep_save(getattr(new, field.attname), connection) for field in columns]


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """
    Lock accounts in the one order, for an action that must look before it posts.

    On SQLite whoever is in a write transaction has the only turn.
    """
    rows = Account.objects.filter(pk__in=set(account_ids)).order_by("lock_rank", "pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    return {account.pk: account for account in rows}


def freeze_account(account_id: int) -> None:
    """Stop all money in and out. Freezing the frozen changes nothing."""
    Account.objects.filter(pk=account_id, status=Account.Status.OPEN).update(
        status=Account.Status.FROZEN, version=F("version") + 1
    )


def unfreeze_account(account_id: int) -> None:
    """Let money move again."""
    Account.objects.filter(pk=account_id, status=Account.Status.FROZEN).update(
        status=Account.Status.OPEN, version=F("version") + 1
    )


def close_account(account_id: int) -> None:
    """
    Close an account for good. The database refuses it while money lies there.
    """
    Account.objects.filter(pk=account_id).exclude(status=Account.Status.CLOSED).update(
        status=Account.Status.CLOSED, version=F("version") + 1
    )


def set_ceiling(account_id: int, ceiling: int | None) -> None:
    """Bound what may lie in an account. The database refuses a bound below what lies there already."""
    Account.objects.filter(pk=account_id).exclude(ceiling=ceiling).update(ceiling=ceiling, version=F("version") + 1)
