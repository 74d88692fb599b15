"""The desk of the audit: who looked at what, and who did what."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from superapp.console import queries
from superapp.console.contracts import AuditFilter
from superapp.console.domain.action_words import list_actions
from superapp.console.models import AuditEntry
from superapp.console.sessions import desk_page

PAGE_SIZE = 100
FIELDS = ("anggota", "tindakan", "perihal", "dari", "sampai")


@desk_page("console.audit")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show the audit, newest first, a page at a time."""
    typed = {name: request.GET.get(name, "").strip()[: AuditEntry.SUBJECT_CHARS_MAX] for name in FIELDS}
    before = request.GET.get("sebelum", "")
    entries = queries.list_entries(
        _parse_filter(typed), before=int(before) if before.isdecimal() else None, limit=PAGE_SIZE + 1
    )
    more = entries[PAGE_SIZE - 1].pk if len(entries) > PAGE_SIZE else None
    context = {
        "entries": entries[:PAGE_SIZE],
        "typed": typed,
        "actions": list_actions(),
        "members": queries.list_members(),
        "more": urlencode({**{name: text for name, text in typed.items() if text}, "sebelum": more}) if more else "",
    }
    return render(request, "console/audit.html", context)


def _parse_filter(typed: dict[str, str]) -> AuditFilter:
    """Read the conditions; an unreadable one is left out."""
    until = _midnight(typed["sampai"])
    return AuditFilter(
        member_id=int(typed["anggota"]) if typed["anggota"].isdecimal() else None,
        action=typed["tindakan"],
        subject=typed["perihal"],
        since=_midnight(typed["dari"]),
        until=until + timedelta(days=1) if until else None,
    )


def _midnight(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()) if day else None
