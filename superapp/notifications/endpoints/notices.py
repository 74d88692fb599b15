"""Commands for notifications in words, and for what a page has shown."""

from __future__ import annotations

from superapp.core import clock
from superapp.notifications.actions import alerts, notices
from superapp.notifications.contracts import NoticeResponse
from superapp.notifications.endpoints.schemas import NoticeRequest, PushedNoticeRequest, SeenRequest
from superapp.realtime.registry import Caller, register_command


@register_command("notifications.notice", NoticeRequest, rest="GET notifications/notice", response=NoticeResponse)
def notice(caller: Caller, request: NoticeRequest) -> NoticeResponse:
    """Return what the caller is to be told about a subject now, and how; null if nothing."""
    return {"notice": notices.describe(user_id=caller.user_id, subject=request.subject, now=clock.now())}


@register_command(
    "notifications.pushed",
    PushedNoticeRequest,
    rest="GET notifications/pushed/<uuid:notification>",
    response=NoticeResponse,
)
def pushed(caller: Caller, request: PushedNoticeRequest) -> NoticeResponse:
    """Return what a push message with this id stands for; null if the caller has read it since."""
    found = notices.describe_pushed(user_id=caller.user_id, notification=request.notification, now=clock.now())
    return {"notice": found}


@register_command("notifications.seen", SeenRequest, rest="PUT notifications/seen")
def seen(caller: Caller, request: SeenRequest) -> dict[str, object]:
    """Note that a page showed these subjects, such as an order, so that no text message is sent about them."""
    alerts.mark_seen(user_id=caller.user_id, subjects=request.subjects, now=clock.now())
    return {}
