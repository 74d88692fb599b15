"""Queries of disputes: orders about which the buyer says that something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments import api as payments
from shop.domain.payment_references import order_reference
from shop.errors import DisputeClosed
from shop.models import Dispute, Order, OrderEvent
from shop.queries import orders
from superapp.core.money import Money

DISPUTES_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute:
    """An open dispute as operators see it. ``kept`` is the money that is still in escrow."""

    dispute: int
    order: UUID
    number: str
    shop_name: str
    buyer_name: str
    opened_at: datetime
    reason: str
    kept: Money


def find_open_dispute(order: Order) -> Dispute | None:
    """Return the open dispute of this order, or None. The caller must have locked the order."""
    return Dispute.objects.filter(order=order, closed_at=None).first()


def is_disputed(order: Order) -> bool:
    """Return whether a dispute of this order is open. The caller must have locked the order."""
    return find_open_dispute(order) is not None


def count_disputes(order: Order) -> int:
    """Return how often a dispute of this order was opened. The caller must have locked the order."""
    return Dispute.objects.filter(order=order).count()


def count_open_disputes() -> int:
    return Dispute.objects.filter(closed_at=None).count()


def list_open_disputes() -> list[OpenDispute]:
    """List the open disputes, oldest first."""
    rows = Dispute.objects.filter(closed_at=None).order_by("opened_at", "pk")
    return [_present(row) for row in rows.select_related("order", "order__buyer")[:DISPUTES_MAX]]


def get_open_dispute(dispute: int) -> OpenDispute:
    """Return an open dispute. :raises DisputeClosed: if it is not open, or there is none"""
    row = Dispute.objects.filter(pk=dispute, closed_at=None).select_related("order", "order__buyer").first()
    if row is None:
        raise DisputeClosed
    return _present(row)


def lock_disputed_order(dispute: int) -> Order:
    """Lock the order of an open dispute. :raises DisputeClosed: if it is not open any more, or there is none"""
    order = Dispute.objects.filter(pk=dispute).values_list("order", flat=True).first()
    if order is None:
        raise DisputeClosed
    locked = orders.lock_order_for_system(order)
    if not Dispute.objects.filter(pk=dispute, closed_at=None).exists():
        raise DisputeClosed
    return locked


def _present(row: Dispute) -> OpenDispute:
    opened = OrderEvent.objects.filter(order=row.order, transition="dispute_opened").latest("seq")
    return OpenDispute(
        dispute=row.pk,
        order=row.order.public_id,
        number=row.order.number,
        shop_name=row.order.shop_name,
        buyer_name=row.order.buyer.name,
        opened_at=row.opened_at,
        reason=opened.reason,
        kept=payments.get_escrow_balance(order_reference(row.order.public_id)),
    )
