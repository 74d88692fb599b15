"""Accounts as operators look for them: wallets and merchant accounts, frozen ones, and full ones."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q

from payments.domain import chart_of_accounts
from payments.errors import LedgerAccountNotFound
from payments.models import Account, Tier
from superapp.core.money import IDR

FREEZABLE_KINDS = (chart_of_accounts.WALLET.name, chart_of_accounts.MERCHANT.name)
LIST_MAX = 100
# From this part of its ceiling on, in percent, a wallet is near it.
NEAR_PERCENT = 80


def get_freezable_account(public_id: UUID) -> Account:
    """
    Return a wallet or merchant account with its owner.

    :raises LedgerAccountNotFound: if there is none
    """
    found = Account.objects.filter(public_id=public_id, kind__in=FREEZABLE_KINDS).select_related("owner").first()
    if found is None:
        raise LedgerAccountNotFound
    return found


def get_account_by_code(code: str) -> Account:
    """
    Return the account of this code with its owner.

    :raises LedgerAccountNotFound: if there is none
    """
    found = Account.objects.filter(code=code).select_related("owner").first()
    if found is None:
        raise LedgerAccountNotFound
    return found


def list_frozen_accounts() -> list[Account]:
    """Return the frozen accounts with their owners, those of most money first."""
    found = Account.objects.filter(status=Account.Status.FROZEN).select_related("owner")
    return list(found.order_by(F("debits") - F("credits"), "pk")[:LIST_MAX])


def count_frozen_accounts() -> int:
    return Account.objects.filter(status=Account.Status.FROZEN).count()


def list_nearly_full_wallets() -> list[Account]:
    """Return the wallets in rupiah that are near their ceiling, the fullest first."""
    is_near = Q(ceiling__gt=0, ceiling__lte=(F("credits") - F("debits")) * 100 / NEAR_PERCENT)
    found = Account.objects.filter(is_near, kind=chart_of_accounts.WALLET.name, asset=IDR).select_related("owner")
    return list(found.order_by(F("ceiling") - F("credits") + F("debits"), "pk")[:LIST_MAX])


def count_tiers() -> dict[str, int]:
    """Return how many people have each tier that was set; everybody else has ``basic``."""
    names = Tier.objects.values_list("name", flat=True).order_by()
    return {name: Tier.objects.filter(name=name).count() for name in names.distinct()}


def get_wallet_of(user_id: int) -> Account:
    """
    Return a person's wallet in rupiah.

    :raises LedgerAccountNotFound: if they have never had one
    """
    found = Account.objects.filter(owner_id=user_id, kind=chart_of_accounts.WALLET.name, asset=IDR)
    wallet = found.select_related("owner").first()
    if wallet is None:
        raise LedgerAccountNotFound
    return wallet
