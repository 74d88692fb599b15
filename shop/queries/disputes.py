"""Queries of disputes: orders about which the buyer says that something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from payments import api as payments
from shop.domain.order_states import OFFER_TRANSITIONS
from shop.domain.payment_references import order_reference
from shop.errors import DisputeClosed
from shop.models import Dispute, Order, OrderEvent, OrderLine, Shipment
from shop.queries import orders
from superapp.core.money import Money

DISPUTES_MAX = 200
ANSWERS = ("dispute_answered", "offer_declined")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswer:
    """
    A word of the merchant, or the buyer's to it: an event with its number ``seq``.

    ``amount`` is the offer that it makes or declines; zero offers nothing. ``is_standing`` if the buyer may accept it.
    """

    seq: int
    transition: str
    words: str
    amount: Money
    at: datetime
    is_standing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute:
    """
    An open dispute as operators see it. ``kept`` is the money that is still in escrow.

    ``shipment`` is the parcel, with who reported its delivery.
    """

    dispute: int
    order: UUID
    number: str
    shop_name: str
    buyer_name: str
    opened_at: datetime
    reason: str
    kept: Money
    goods: tuple[OrderLine, ...]
    shipment: Shipment
    answers: tuple[DisputeAnswer, ...]


def find_open_dispute(order: Order) -> Dispute | None:
    """Return the open dispute of this order, or None. The caller must have locked the order."""
    return Dispute.objects.filter(order=order, closed_at=None).first()


def is_disputed(order: Order) -> bool:
    """Return whether a dispute of this order is open. The caller must have locked the order."""
    return find_open_dispute(order) is not None


def count_disputes(order: Order) -> int:
    """Return how often a dispute of this order was opened. The caller must have locked the order."""
    return Dispute.objects.filter(order=order).count()


def find_answer(order: Order) -> DisputeAnswer | None:
    """Return the merchant's newest answer, if nothing came after it that ends its offer. Ask after an open dispute."""
    newest = OrderEvent.objects.filter(order=order, transition__in=OFFER_TRANSITIONS).order_by("-seq").first()
    return _answer(newest, newest.seq) if newest and newest.transition == "dispute_answered" else None


def count_answers(order: Order) -> int:
    """Return how often the merchant answered disputes of this order. The caller must have locked the order."""
    return OrderEvent.objects.filter(order=order, transition="dispute_answered").count()


def has_answered_offer(order: Order, transition: str, offer: int) -> bool:
    """Return whether the buyer made this transition about the offer of this number before."""
    return OrderEvent.objects.filter(order=order, transition=transition, evidence__offer=offer).exists()


def count_open_disputes() -> int:
    return Dispute.objects.filter(closed_at=None).count()


def list_open_disputes() -> list[OpenDispute]:
    """List the open disputes, oldest first."""
    rows = Dispute.objects.filter(closed_at=None).order_by("opened_at", "pk")
    return [_present(row) for row in _with_orders(rows)[:DISPUTES_MAX]]


def get_open_dispute(dispute: int) -> OpenDispute:
    """Return an open dispute. :raises DisputeClosed: if it is not open, or there is none"""
    row = _with_orders(Dispute.objects.filter(pk=dispute, closed_at=None)).first()
    if row is None:
        raise DisputeClosed
    return _present(row)


def find_parties(dispute: int) -> set[int]:
    """Return the user ids of buyer and merchant of a dispute, open or not."""
    parties = Dispute.objects.filter(pk=dispute).values_list("order__buyer_id", "order__shop__owner_id")
    return set(parties.first() or ())


def lock_disputed_order(dispute: int) -> Order:
    """Lock the order of an open dispute. :raises DisputeClosed: if it is not open any more, or there is none"""
    order = Dispute.objects.filter(pk=dispute).values_list("order", flat=True).first()
    if order is None:
        raise DisputeClosed
    locked = orders.lock_order_for_system(order)
    if not Dispute.objects.filter(pk=dispute, closed_at=None).exists():
        raise DisputeClosed
    return locked


def _with_orders(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    return rows.select_related("order__buyer", "order__shipment").prefetch_related("order__lines")


def _present(row: Dispute) -> OpenDispute:
    events = list(OrderEvent.objects.filter(order=row.order, transition__in=OFFER_TRANSITIONS).order_by("seq"))
    opened = next(event for event in reversed(events) if event.transition == "dispute_opened")
    answers = [event for event in events if event.seq > opened.seq and event.transition in ANSWERS]
    return OpenDispute(
        dispute=row.pk,
        order=row.order.public_id,
        number=row.order.number,
        shop_name=row.order.shop_name,
        buyer_name=row.order.buyer.name,
        opened_at=row.opened_at,
        reason=opened.reason,
        kept=payments.get_escrow_balance(order_reference(row.order.public_id)),
        goods=tuple(sorted(row.order.lines.all(), key=lambda line: line.position)),
        shipment=row.order.shipment,
        answers=tuple(_answer(event, events[-1].seq) for event in answers),
    )


def _answer(event: OrderEvent, newest: int) -> DisputeAnswer:
    amount = Money(event.evidence["amount_sen"])
    return DisputeAnswer(
        seq=event.seq,
        transition=event.transition,
        words=event.reason,
        amount=amount,
        at=event.at,
        is_standing=event.transition == "dispute_answered" and bool(amount) and event.seq == newest,
    )
