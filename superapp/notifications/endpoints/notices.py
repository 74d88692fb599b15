"""Commands for notifications in words."""

from __future__ import annotations

from superapp.core import clock
from superapp.notifications.actions import notices
from superapp.notifications.contracts import NoticeResponse
from superapp.notifications.endpoints.schemas import NoticeRequest
from superapp.realtime.registry import Caller, register_command


@register_command("notifications.notice", NoticeRequest, rest="GET notifications/notice", response=NoticeResponse)
def notice(caller: Caller, request: NoticeRequest) -> NoticeResponse:
    """Return what the caller is to be told about a subject now, and how; null if nothing."""
    return {"notice": notices.describe(user_id=caller.user_id, subject=request.subject, now=clock.now())}
