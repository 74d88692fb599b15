"""Asking a courier about a parcel, and looking at what came of it."""

from __future__ import annotations

from uuid import UUID

from shop.actions import tracking
from shop.adapters import connected_couriers
from shop.models import Checkpoint, Order, OrderTimer, TrackedParcel
from superapp.core import clock


def ask(parcel: TrackedParcel, name: str = "JNE") -> bool:
    parcel.refresh_from_db()
    return tracking.ask_about_parcel(parcel, connected_couriers.get_courier(name), now=clock.now())


def codes(parcel: TrackedParcel) -> list[str]:
    return list(Checkpoint.objects.filter(parcel=parcel).order_by("pk").values_list("code", flat=True))


def state_of(order: UUID) -> str:
    return Order.objects.get(pk=order).state


def has_completion_timer(order: UUID) -> bool:
    return OrderTimer.objects.filter(order=order, kind="complete", state="waiting").exists()
