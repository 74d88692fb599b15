"""Queries of accounts, wallets and tiers."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery, Sum

from payments.domain import chart_of_accounts
from payments.errors import OperatorsOnly
from payments.models import Account, Inbox, Tier
from superapp.core import prepared
from superapp.core.money import IDR


def find_account(kind: chart_of_accounts.AccountKind, name: str, asset: str = IDR) -> Account | None:
    return Account.objects.filter(code=chart_of_accounts.account_code(kind, name, asset)).first()


def find_wallet(user_id: int, asset: str = IDR) -> Account | None:
    return Account.objects.filter(owner_id=user_id, kind=chart_of_accounts.WALLET.name, asset=asset).first()


def find_wallet_ids(user_ids: Collection[int], asset: str = IDR) -> dict[int, int]:
    """Return the account ids of those of these people who have a wallet, by user id, in one query."""
    wallets = Account.objects.filter(owner_id__in=set(user_ids), kind=chart_of_accounts.WALLET.name, asset=asset)
    return dict(wallets.values_list("owner_id", "pk"))


def pipeline_wallet_id(user_id: int, asset: str) -> Callable[[], int | None]:
    """Queue the look-up of a person's wallet; the returned callable gives its id, or None."""
    asked = prepared.execute_deferred(
        "SELECT id FROM payments_account WHERE owner_id = %s AND kind = %s AND asset = %s",
        [user_id, chart_of_accounts.WALLET.name, asset],
    )

    def answered() -> int | None:
        rows = asked()
        return int(rows[0][0]) if rows else None

    return answered


def find_account_with_inbox(
    kind: chart_of_accounts.AccountKind, name: str, asset: str = IDR
) -> tuple[Account, int] | None:
    """
    Return an account and the sum of its queued credits, or None.

    Both are read in one statement: with two, a roll-up in between would count money twice or not at all.
    """
    waiting = (
        Inbox.objects.filter(account=OuterRef("pk"))
        .order_by()
        .values("account")
        .annotate(all=Sum("amount"))
        .values("all")
    )
    account = (
        Account.objects.filter(code=chart_of_accounts.account_code(kind, name, asset))
        .annotate(waiting=Subquery(waiting))
        .first()
    )
    return (account, account.waiting or 0) if account else None


def get_tier(user_id: int) -> str:
    return Tier.objects.filter(user_id=user_id).values_list("name", flat=True).first() or "basic"


def get_tiers(user_ids: Collection[int]) -> dict[int, str]:
    """Return the verification tier of each of these people, by user id."""
    named = dict(Tier.objects.filter(user_id__in=user_ids).values_list("user_id", "name"))
    return {user_id: named.get(user_id, "basic") for user_id in user_ids}


def require_operator(user_id: int) -> None:
    """
    Check that the user is an operator.

    :raises OperatorsOnly: otherwise
    """
    if not get_user_model().objects.filter(pk=user_id, is_active=True, is_staff=True).exists():
        raise OperatorsOnly
