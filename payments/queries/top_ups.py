"""Queries of top-ups."""

from __future__ import annotations

from uuid import UUID

from payments.errors import TopUpNotFound
from payments.models import TopUp
from payments.queries.movements import PAGE_MAX


def lock_top_up(public_id: UUID) -> TopUp:
    """
    Lock a pending top-up.

    :raises TopUpNotFound: if it does not exist or was decided
    """
    row = (
        TopUp.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=public_id, state=TopUp.State.ASKED)
        .first()
    )
    if row is None:
        raise TopUpNotFound
    return row


def is_top_up_pending(**values: int | str) -> bool:
    """Return whether a top-up of these values waits. The caller must have locked who asks for it."""
    return TopUp.objects.filter(**values, state=TopUp.State.ASKED).exists()


def list_pending_top_ups() -> list[TopUp]:
    rows = TopUp.objects.filter(state=TopUp.State.ASKED).select_related("user", "maker")
    return list(rows.order_by("asked_at", "pk")[:PAGE_MAX])


def count_pending_top_ups() -> int:
    return TopUp.objects.filter(state=TopUp.State.ASKED).count()
