"""Entries of the audit."""

from __future__ import annotations

from datetime import datetime

from superapp.console.contracts import Member
from superapp.console.models import AuditEntry
from superapp.core.text_cleaning import clean_line


def record(*, member: Member | None, action: str, subject: str, detail: str = "", now: datetime) -> None:
    """
    Write into the audit what a member looks at or does, or a command of the machine's operator.

    ``action`` is a short stable name, like ``frozen``; ``subject`` refers to what it is about, like
    ``user:0198…``.
    """
    AuditEntry.objects.create(
        member_id=None if member is None else member.id,
        action=action,
        subject=subject[: AuditEntry.SUBJECT_CHARS_MAX],
        detail=clean_line(detail)[: AuditEntry.DETAIL_CHARS_MAX],
        at=now,
        address="" if member is None else member.address,
    )
