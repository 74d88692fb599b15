"""Reads of mandates."""

from __future__ import annotations

from uuid import UUID

from payments.models import Mandate


def lock_mandate(mandate: UUID) -> Mandate | None:
    """Lock and return a mandate that has not ended, or None."""
    return Mandate.objects.select_for_update(of=("self",)).filter(public_id=mandate, ended_at=None).first()
