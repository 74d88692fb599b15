"""Queries of float: what we owe people, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum

from payments.domain import chart_of_accounts
from payments.models import Account, FloatCheck, Inbox, Withdrawal
from superapp.core.invariants import read_snapshot
from superapp.core.money import IDR

# The accounts whose money is other people's.
OWED_KINDS = tuple(
    kind.name
    for kind in (
        chart_of_accounts.WALLET,
        chart_of_accounts.MERCHANT,
        chart_of_accounts.ESCROW,
        chart_of_accounts.CLEARING,
        chart_of_accounts.SUSPENSE,
    )
)
DAYS_SHOWN_MAX = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatSums:
    """Sums in sen: owed to people, of that perhaps sent out already, cash, and the ledger's account of the bank."""

    owed: int
    in_transit: int
    cash: int
    ledger_balance: int


def get_float_sums() -> FloatSums:
    """Return all sums as of one moment, in sen."""
    with read_snapshot():
        balances = dict(
            Account.objects.filter(asset=IDR)
            .values_list("kind")
            .annotate(all=Sum(F("credits") - F("debits")))
            .order_by("kind")
        )
        queued = Inbox.objects.filter(account__asset=IDR, account__kind__in=OWED_KINDS).aggregate(all=Sum("amount"))
        sent = Withdrawal.objects.filter(state=Withdrawal.State.SUBMITTED).aggregate(all=Sum("amount"))
    return FloatSums(
        owed=sum(balances.get(kind, 0) for kind in OWED_KINDS) + (queued["all"] or 0),
        in_transit=sent["all"] or 0,
        cash=-balances.get(chart_of_accounts.CASH.name, 0),
        ledger_balance=-balances.get(chart_of_accounts.BANK.name, 0),
    )


def list_float_checks() -> list[FloatCheck]:
    """Return the comparisons, newest first, at most ``DAYS_SHOWN_MAX``."""
    return list(FloatCheck.objects.order_by("-day")[:DAYS_SHOWN_MAX])


def find_last_float_check() -> FloatCheck | None:
    return FloatCheck.objects.order_by("-day").first()
