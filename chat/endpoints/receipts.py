"""Commands for read and delivery marks, and for typing."""

from __future__ import annotations

from typing import Any

from chat.actions.receipts import mark_delivered, mark_read
from chat.actions.typing_indicator import announce_typing
from chat.endpoints.schemas import ConversationRequest, MarkDeliveredRequest, MarkReadRequest
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command("chat.read", MarkReadRequest, rest="PUT conversations/<uuid:conversation>/read")
def read(caller: Caller, request: MarkReadRequest) -> dict[str, Any]:
    member = mark_read(conversation_id=request.conversation, user_id=caller.user_id, seq=request.seq)
    return {"me": member.rev}


@register_command("chat.delivered", MarkDeliveredRequest, rest="PUT delivered")
def delivered(caller: Caller, request: MarkDeliveredRequest) -> dict[str, Any]:
    mark_delivered(caller.user_id, request.marks)
    return {}


@register_command("chat.typing", ConversationRequest)
def typing(caller: Caller, request: ConversationRequest) -> dict[str, Any]:
    announce_typing(
        conversation_id=request.conversation,
        user_id=caller.user_id,
        user_public_id=caller.user_public_id,
        now=clock.now(),
    )
    return {}
