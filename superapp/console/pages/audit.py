"""The desk of the audit: who looked at what, and who did what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from superapp.console import queries
from superapp.console.contracts import AuditFilter
from superapp.console.domain.action_words import list_actions
from superapp.console.domain.subject_words import name_subjects
from superapp.console.models import AuditEntry
from superapp.console.pages.numbers import parse_number
from superapp.console.sessions import desk_page

PAGE_SIZE = 100
FIELDS = ("anggota", "tindakan", "perihal", "dari", "sampai")


@desk_page("console.audit")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show the audit, newest first, a page at a time."""
    typed = {name: request.GET.get(name, "").strip()[: AuditEntry.SUBJECT_CHARS_MAX] for name in FIELDS}
    before = parse_number(request.GET.get("sebelum", ""))
    entries = queries.list_entries(_parse_filter(typed), before=before, limit=PAGE_SIZE + 1)
    more = entries[PAGE_SIZE - 1].pk if len(entries) > PAGE_SIZE else None
    shown = entries[:PAGE_SIZE]
    words = name_subjects({entry.subject for entry in shown})
    context = {
        "entries": [(entry, words[entry.subject]) for entry in shown],
        "typed": typed,
        "actions": list_actions(),
        "members": queries.list_members(),
        "more": urlencode({**{name: text for name, text in typed.items() if text}, "sebelum": more}) if more else "",
    }
    return render(request, "console/audit.html", context)


def _parse_filter(typed: dict[str, str]) -> AuditFilter:
    """Read the conditions; an unreadable one is left out."""
    return AuditFilter(
        member_id=parse_number(typed["anggota"]),
        action=typed["tindakan"],
        subject=typed["perihal"],
        since=_midnight(typed["dari"]),
        until=_midnight(typed["sampai"], days_later=1),
    )


def _midnight(text: str, *, days_later: int = 0) -> datetime | None:
    """Return the first moment of a day, or None if the text is no day, or the day has no such moment in UTC."""
    try:
        day = parse_date(text)
        if day is None:
            return None
        first = datetime.combine(day + timedelta(days=days_later), time(), tzinfo=timezone.get_current_timezone())
        return first.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
