"""Queries of suspense: money that came in and could not be placed, each payment until it is cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet, Sum

from payments.domain import chart_of_accounts
from payments.errors import SuspendedNotFound
from payments.models import IncomingPayment, Journal, SuspenseClearing, Transfer
from superapp.core.money import Money

SUSPENDED_SHOWN_MAX = 200
# The edges of the ages by which suspense is shown.
AGES = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """
    A payment in suspense: the journal that put it there, when, and why.

    ``reason`` is the code of the refusal, and empty for what was not a payment of the bank's, such as a refund that
    found no room; ``user_id`` is whose it would have been, if that is known.
    """

    journal_id: int
    public_id: UUID
    amount: Money
    since: datetime
    reason: str = ""
    bank_reference: str = ""
    paid_to: str = ""
    user_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Count and sum of the payments in suspense up to the age ``until``; None for an age without an end."""

    until: timedelta | None
    count: int
    amount: Money


def get_suspended(public_id: UUID) -> Suspended:
    """
    Return a payment that is in suspense.

    :raises SuspendedNotFound: if it is not, or not any more
    """
    found = _read(_journals().filter(public_id=public_id))
    if not found:
        raise SuspendedNotFound
    return found[0]


def find_ticket(public_id: UUID) -> Suspended:
    """
    Return a payment that is or was in suspense.

    :raises SuspendedNotFound: if it never was
    """
    found = _read(Journal.objects.filter(public_id=public_id, transfers__credit__kind=chart_of_accounts.SUSPENSE.name))
    if not found:
        raise SuspendedNotFound
    return found[0]


def list_suspended() -> list[Suspended]:
    """Return what is in suspense, oldest first, at most ``SUSPENDED_SHOWN_MAX``."""
    return _read(_journals().order_by("posted_at", "pk")[:SUSPENDED_SHOWN_MAX])


def count_suspended() -> tuple[int, datetime | None]:
    """Return how many payments are in suspense, and since when the oldest one is."""
    counted = _journals().aggregate(all=Count("pk"), oldest=Min("posted_at"))
    return counted["all"], counted["oldest"]


def list_age_bands(now: datetime) -> list[AgeBand]:
    """Return counts and sums of suspense by age, youngest first."""
    edges = [None, *(now - age for age in AGES), None]
    bands = []
    for newest, oldest, until in zip(edges, edges[1:], [*AGES, None], strict=False):
        rows = _transfers()
        if newest is not None:
            rows = rows.filter(journal__posted_at__lte=newest)
        if oldest is not None:
            rows = rows.filter(journal__posted_at__gt=oldest)
        told = rows.aggregate(count=Count("journal", distinct=True), amount=Sum("amount"))
        bands.append(AgeBand(until, told["count"], Money(told["amount"] or 0)))
    return bands


def find_clearing(journal_id: int) -> SuspenseClearing | None:
    return SuspenseClearing.objects.filter(suspended_id=journal_id).first()


def find_suspended_payment(bank_reference: str) -> IncomingPayment | None:
    """Return the payment of this reference that went to suspense and is there still, or None."""
    rows = IncomingPayment.objects.filter(bank_reference=bank_reference, state=IncomingPayment.State.SUSPENDED)
    return rows.filter(journal__suspense_clearing=None).select_related("journal").first()


def _transfers() -> QuerySet[Transfer]:
    """Return the transfers into suspense that were not cleared."""
    return Transfer.objects.filter(
        credit__kind=chart_of_accounts.SUSPENSE.name,
        phase=Transfer.Phase.POSTED,
        journal__suspense_clearing=None,
    )


def _journals() -> QuerySet[Journal]:
    return Journal.objects.filter(pk__in=_transfers().values("journal_id"))


def _read(journals: QuerySet[Journal]) -> list[Suspended]:
    """Return journals with their sums and payments, read once for all."""
    rows = list(journals)
    ids = [row.pk for row in rows]
    sums = dict(
        Transfer.objects.filter(journal_id__in=ids, credit__kind=chart_of_accounts.SUSPENSE.name)
        .values_list("journal_id")
        .annotate(all=Sum("amount"))
        .order_by("journal_id")
    )
    payments = {payment.journal_id: payment for payment in IncomingPayment.objects.filter(journal_id__in=ids)}
    return [_suspended(row, sums[row.pk], payments.get(row.pk)) for row in rows]


def _suspended(row: Journal, amount: int, payment: IncomingPayment | None) -> Suspended:
    return Suspended(
        journal_id=row.pk,
        public_id=row.public_id,
        amount=Money(amount),
        since=row.posted_at,
        reason=payment.reason if payment else "",
        bank_reference=payment.bank_reference if payment else "",
        paid_to=payment.paid_to if payment else "",
        user_id=payment.user_id if payment else row.actor_id,
        reference=row.reference,
    )
