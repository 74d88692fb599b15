"""Commands for a person's own marks on messages, and their part in the user topic (``me``)."""

from __future__ import annotations

from typing import Any

from chat.actions.marks import mark_message
from chat.contracts import StarredPage
from chat.endpoints.schemas import MarkMessageRequest, MessageRequest, StarredRequest
from chat.queries.history import fetch_card_person
from chat.queries.marks import list_mark_rows, list_starred
from superapp.accounts import api as accounts
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


@register_command(
    "chat.contact_ask", MessageRequest, rest="POST conversations/<uuid:conversation>/messages/<int:seq>/contact"
)
def ask_contact(caller: Caller, request: MessageRequest) -> Any:
    person = fetch_card_person(request.conversation, caller.user_id, seq=request.seq)
    return accounts.request_contact_of(user_id=caller.user_id, peer_public_id=person, now=clock.now())


registry.register_user_topic_rows(list_mark_rows)
