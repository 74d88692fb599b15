"""Queries of the audit."""

from __future__ import annotations

from django.db.models import Q

from superapp.console.contracts import AuditFilter
from superapp.console.models import AuditEntry


def list_entries(conditions: AuditFilter, *, before: int | None, limit: int) -> list[AuditEntry]:
    """Return the entries that match, newest first; ``before`` is the id of the last one on the page before."""
    wanted = Q() if before is None else Q(pk__lt=before)
    if conditions.member_id is not None:
        wanted &= Q(member_id=conditions.member_id)
    if conditions.action:
        wanted &= Q(action=conditions.action)
    if conditions.subject:
        wanted &= Q(subject=conditions.subject)
    if conditions.since is not None:
        wanted &= Q(at__gte=conditions.since)
    if conditions.until is not None:
        wanted &= Q(at__lt=conditions.until)
    return list(AuditEntry.objects.filter(wanted).select_related("member__user").order_by("-pk")[:limit])
