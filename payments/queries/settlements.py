"""Queries of settlements and of their schedules."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, Sum

from payments.contracts import Earnings, SettlementDetails, SettlementPlan
from payments.errors import SettlementNotFound
from payments.models import Posting, Settlement, SettlementSchedule
from payments.queries.payouts import find_payout_account
from superapp.core.money import Money

SALES = ("escrow_released", "qris_paid")
REFUNDS = ("escrow_refunded", "qris_refunded")
PAGE_MAX = 60


def list_due_ids(now: datetime, *, limit: int) -> list[int]:
    """List the schedules that are due, the longest due first."""
    rows = SettlementSchedule.objects.filter(next_at__lte=now)
    return list(rows.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def lock_due_schedule(schedule_id: int, now: datetime) -> SettlementSchedule | None:
    """Lock and return a schedule that is still due, or None if another process has it or had it."""
    rows = SettlementSchedule.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(pk=schedule_id, next_at__lte=now).first()


def sum_earnings(account_id: int, *, since_seq: int) -> Earnings:
    """Return the sums of an account's postings after ``since_seq``, in minor units; held money has left the balance."""
    is_sale = Q(transfer__journal__kind__in=SALES, delta__gt=0)
    is_refund = Q(transfer__journal__kind__in=REFUNDS, delta__lt=0)
    sums = Posting.objects.filter(account_id=account_id, seq__gt=since_seq).aggregate(
        all=Sum(F("delta") - F("held_delta")),
        sold=Sum("delta", filter=is_sale),
        fees=Sum("transfer__journal__applied_fee__fee", filter=is_sale),
        refunded=Sum("delta", filter=is_refund),
    )
    moved, sold, fees, refunded = (int(sums[name] or 0) for name in ("all", "sold", "fees", "refunded"))
    return Earnings(gross=sold + fees, fees=fees, refunds=-refunded, other=moved - sold - refunded)


def find_settlement_plan(merchant: str) -> SettlementPlan | None:
    """Return a merchant's schedule, or None if none was ever chosen."""
    found = SettlementSchedule.objects.filter(merchant=merchant).first()
    if found is None:
        return None
    next_at, waits = found.next_at, False
    if next_at is not None and found.target == SettlementSchedule.Target.BANK:
        to = find_payout_account(merchant)
        waits = to is not None and to.scheduled_from > next_at
        next_at = max(next_at, to.scheduled_from) if to else next_at
    return SettlementPlan(found.rhythm, next_at, found.chosen_at, found.target, waits)


def list_settlements(merchant: str, *, before: date | None = None, limit: int = PAGE_MAX) -> list[SettlementDetails]:
    """List the newest settlements of a merchant, or the newest of those before a day."""
    rows = Settlement.objects.filter(merchant=merchant).select_related("journal__withdrawal")
    if before is not None:
        rows = rows.filter(day__lt=before)
    return [_to_details(row) for row in rows.order_by("-day")[:limit]]


def get_settlement(merchant: str, public_id: UUID) -> SettlementDetails:
    """
    Return one settlement of a merchant.

    :raises SettlementNotFound: if there is none, or it is another merchant's
    """
    rows = Settlement.objects.filter(merchant=merchant, public_id=public_id)
    found = rows.select_related("journal__withdrawal").first()
    if found is None:
        raise SettlementNotFound
    return _to_details(found)


def _to_details(row: Settlement) -> SettlementDetails:
    # A settlement to a bank begins with the hold of its payout.
    payout = getattr(row.journal, "withdrawal", None)
    return SettlementDetails(
        public_id=row.public_id,
        day=row.day,
        opening=Money(row.opening),
        gross=Money(row.gross),
        fees=Money(row.fees),
        refunds=Money(row.refunds),
        net=Money(row.net),
        other=Money(row.other),
        paid=Money(row.paid),
        left=Money(row.left),
        reason=row.reason,
        payout=payout and payout.public_id,
        settled_at=row.settled_at,
    )
