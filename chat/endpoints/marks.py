"""Commands for a person's own marks on messages, and their part in the user topic (``me``)."""

from __future__ import annotations

from typing import Any

from chat.actions.marks import mark_message
from chat.contracts import StarredPage
from chat.endpoints.schemas import MarkMessageRequest, StarredRequest
from chat.queries.marks import list_mark_rows, list_starred
from superapp.core import clock
from superapp.realtime import registry
from superapp.realtime.registry import Caller, register_command


@register_command(
    "chat.mark",
    MarkMessageRequest,
    rest="PATCH conversations/<uuid:conversation>/messages/<int:seq>/mine",
    in_order=True,
)
def mark(caller: Caller, request: MarkMessageRequest) -> dict[str, Any]:
    row = mark_message(
        conversation_id=request.conversation,
        seq=request.seq,
        user_id=caller.user_id,
        is_hidden=request.hidden,
        is_starred=request.starred,
        now=clock.now(),
    )
    return {"me": row.rev, "mark": row}


@register_command("chat.starred", StarredRequest, rest="GET starred", response=StarredPage)
def starred(caller: Caller, request: StarredRequest) -> StarredPage:
    return list_starred(caller.user_id, conversation_id=request.conversation, before=request.before)


registry.register_user_topic_rows(list_mark_rows)
