"""Queries of struck prices, which are computed and never typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, Q, Subquery

from shop.models import PriceChange
from superapp.core.money import Money

DAYS = timedelta(days=30)


def find_struck_price(variant: UUID, *, now: datetime) -> Money | None:
    """
    Return the price that is struck through beside the present one of a variant, or None.

    It is the lowest of the thirty days before the present price began, if that is higher, and as long as the present
    one is younger than thirty days. A price that was high for a moment only is therefore never shown as the former one.
    """
    changes = PriceChange.objects.filter(variant__public_id=variant)
    present = changes.order_by("-pk").first()
    if present is None or present.at <= now - DAYS:
        return None
    since = present.at - DAYS
    at_first = changes.filter(at__lte=since).order_by("-pk").values("pk")[:1]
    # What held when the thirty days began, and what came within them.
    before = changes.filter(Q(at__gt=since) | Q(pk=Subquery(at_first)), pk__lt=present.pk)
    lowest = before.aggregate(lowest=Min("price_sen"))["lowest"]
    return Money(lowest) if lowest is not None and lowest > present.price_sen else None
