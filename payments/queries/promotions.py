"""Queries of the platform's promotion account, and of what it paid of an order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, Sum

from payments.domain import chart_of_accounts
from payments.models import Account, Inbox, Transfer
from payments.queries.accounts import find_account
from superapp.core.money import IDR, Money

# Accounts of what the platform earned.
SOURCE_KINDS = (chart_of_accounts.FEE.name, chart_of_accounts.ADJUSTMENT.name)
_IS_RETURNED = Q(credit__kind=chart_of_accounts.PROMOTION.name)


@dataclass(frozen=True, slots=True)
class Subsidy:
    """The part of an escrow payment that the platform paid, from its promotion account ``account_id``."""

    account_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class PromotionSource:
    """An account of what the platform earned, and how much of it can be spent."""

    code: str
    available: Money


def find_subsidy(paid: Transfer) -> Subsidy | None:
    """Return what the platform paid of the escrow payment of this transfer, or None."""
    rows = Transfer.objects.filter(journal_id=paid.journal_id, debit__kind=chart_of_accounts.PROMOTION.name)
    found = rows.values_list("debit_id", "amount").first()
    return None if found is None else Subsidy(*found)


def sum_refunded_to_payer(payment_id: int) -> int:
    """
    Return how much of a payment's refunds went to who paid; in minor units. The caller has locked the escrow account.
    """
    rows = Transfer.objects.filter(journal__reverses_id=payment_id).exclude(_IS_RETURNED)
    return int(rows.aggregate(total=Sum("amount"))["total"] or 0)


def get_promotion_balance() -> Money:
    """Return what the platform has set aside for promotions and not spent."""
    found = find_account(chart_of_accounts.PROMOTION, chart_of_accounts.PLATFORM, IDR)
    return Money(found.available) if found is not None else Money(0)


def list_promotion_sources() -> list[PromotionSource]:
    """List the accounts of what the platform earned that have something, by code."""
    rows = Account.objects.filter(kind__in=SOURCE_KINDS, asset=IDR).order_by("code")
    queued = dict(
        Inbox.objects.filter(account__in=rows)
        .values("account")
        .annotate(total=Sum("amount"))
        .values_list("account", "total")
    )
    found = [PromotionSource(row.code, Money(row.available + queued.get(row.pk, 0))) for row in rows]
    return [source for source in found if source.available.amount_minor > 0]
