"""Queries that read and lock purchases that wait for money from a bank."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from shop.errors import OrderNotFound
from shop.models import OrderCounter, PendingPurchase
from superapp.accounts import api as accounts

_OPEN = PendingPurchase.State.OPEN


def get_pending_purchase(buyer_id: int, public_id: UUID) -> PendingPurchase:
    """
    Return a purchase of this buyer, whatever became of it.

    :raises OrderNotFound: if they have none with this id
    """
    rows = PendingPurchase.objects.select_related("variant__product__shop")
    found = rows.filter(public_id=public_id, buyer_id=buyer_id).first()
    if found is None:
        raise OrderNotFound
    return found


def find_by_key(buyer_id: int, idempotency_key: str) -> PendingPurchase | None:
    """Return the purchase that was begun under this key, or None."""
    return PendingPurchase.objects.filter(buyer_id=buyer_id, idempotency_key=idempotency_key).first()


def find_open_of_variant(buyer_id: int, variant_id: int) -> PendingPurchase | None:
    """Return the purchase of this variant for which this buyer has not paid yet, or None."""
    return PendingPurchase.objects.filter(buyer_id=buyer_id, variant_id=variant_id, state=_OPEN).first()


def is_paid_by_bank(order: UUID) -> bool:
    """Return whether a bank, and not a wallet, paid this order."""
    return PendingPurchase.objects.filter(pk=order, state=PendingPurchase.State.PLACED).exists()


def list_open(buyer_id: int) -> list[PendingPurchase]:
    """List the purchases that a buyer has not paid yet, newest first; their number is limited."""
    rows = PendingPurchase.objects.select_related("variant__product__shop").filter(buyer_id=buyer_id, state=_OPEN)
    return list(rows.order_by("-created_at", "-pk"))


def count_open(buyer_id: int) -> int:
    return PendingPurchase.objects.filter(buyer_id=buyer_id, state=_OPEN).count()


def list_due(now: datetime, *, limit: int) -> list[UUID]:
    """List the ids of the purchases whose time is over, the first to expire first."""
    rows = PendingPurchase.objects.filter(state=_OPEN, expires_at__lte=now)
    return list(rows.order_by("expires_at").values_list("pk", flat=True)[:limit])


def list_open_totals() -> list[tuple[UUID, int]]:
    """List the total in sen of each purchase that waits; it is in escrow once it is paid, just before its order."""
    return list(PendingPurchase.objects.filter(state=_OPEN).order_by("pk").values_list("pk", "total_sen"))


def lock_pending_purchase(public_id: UUID) -> PendingPurchase | None:
    """Lock a purchase for the system, or return None if there is none with this id."""
    rows = PendingPurchase.objects.select_for_update(of=("self",), no_key=True).select_related("variant__product")
    return rows.filter(public_id=public_id).first()


def lock_own_pending_purchase(buyer_id: int, public_id: UUID) -> PendingPurchase:
    """Lock a purchase for its buyer. :raises OrderNotFound: if they have none with this id"""
    found = lock_pending_purchase(public_id)
    if found is None or found.buyer_id != buyer_id:
        raise OrderNotFound
    return found


def lock_due(public_id: UUID) -> PendingPurchase | None:
    """Lock a purchase that is still open; None if it is not, or somebody else is at work on it."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = PendingPurchase.objects.select_for_update(no_key=True, skip_locked=skip_locked)
    return rows.filter(public_id=public_id, state=_OPEN).first()


def lock_buyer_counter(buyer_id: int) -> None:
    """Lock the order counter of a buyer, making it on first use: what one buyer begins, begins one after the other."""
    if not OrderCounter.objects.filter(user_id=buyer_id).exists():
        public_id = accounts.get_public_ids({buyer_id})[buyer_id]
        OrderCounter.objects.get_or_create(user_id=buyer_id, defaults={"public_id": public_id})
    OrderCounter.objects.select_for_update(no_key=True).get(user_id=buyer_id)
