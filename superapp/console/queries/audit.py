"""Queries of the audit."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from superapp.console.contracts import AuditFilter, Deed
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


def list_deeds(action: str, subjects: Collection[str]) -> list[Deed]:
    """Return what members did to these subjects, oldest first."""
    found = AuditEntry.objects.filter(action=action, subject__in=subjects, member__isnull=False)
    return [
        Deed(detail=entry.detail, by=entry.member.user.name, at=entry.at)
        for entry in found.select_related("member__user").order_by("pk")
        if entry.member is not None
    ]
