"""Queries of a buyer's unanswered request about an order: a dispute, or a cancellation."""

from __future__ import annotations

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from shop.models import Dispute, Order, OrderEvent

_TOLD = OrderEvent.objects.filter(order=OuterRef("pk"))
# The column ``request`` of an order, for the ORM and, with the order as ``o``, for hand-written SQL.
REQUEST = Case(
    When(Exists(Dispute.objects.filter(order=OuterRef("pk"), closed_at=None)), then=Value("dispute")),
    When(
        Q(state__in=["accepted", "packed"])
        & Exists(_TOLD.filter(transition="cancel_requested"))
        & ~Exists(_TOLD.filter(transition="cancel_declined")),
        then=Value("cancel"),
    ),
    default=Value(""),
    output_field=CharField(),
)
REQUEST_SQL = """CASE
    WHEN EXISTS (SELECT 1 FROM shop_dispute WHERE order_id = o.public_id AND closed_at IS NULL) THEN 'dispute'
    WHEN o.state IN ('accepted', 'packed')
        AND EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = o.public_id AND transition = 'cancel_requested')
        AND NOT EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = o.public_id AND transition = 'cancel_declined')
    THEN 'cancel' ELSE '' END"""


def find_cancellation_step(order: Order) -> str | None:
    """Return ``cancel_requested`` if the buyer waits for an answer, ``cancel_declined`` after a no, None before."""
    told = OrderEvent.objects.filter(order=order, transition__in=("cancel_requested", "cancel_declined"))
    return told.order_by("-seq").values_list("transition", flat=True).first()
