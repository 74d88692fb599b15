"""Queries of PINs and their failed attempts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from payments.models import Pin, PinTries


def lock_pin(user_id: int) -> Pin | None:
    return Pin.objects.select_for_update(no_key=True).filter(user_id=user_id).first()


def find_pin(user_id: int) -> Pin | None:
    return Pin.objects.filter(user_id=user_id).first()


def list_pin_attempts(user_id: int) -> list[PinTries]:
    return list(PinTries.objects.filter(user_id=user_id).select_related("device").order_by("pk"))


def unreported_pin_attempts(user_id: int, _now: datetime) -> QuerySet[PinTries]:
    """Return a person's devices with unreported failed PIN attempts, as a queryset for badges."""
    return PinTries.objects.filter(user_id=user_id, untold__gt=0)


def has_pin(user_id: int) -> bool:
    return Pin.objects.filter(user_id=user_id).exclude(pin_hash="").exists()
