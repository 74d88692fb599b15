"""Commands for reactions."""

from __future__ import annotations

from typing import Any

from chat.actions.reactions import set_reaction
from chat.domain.reactions import ReactorsPage
from chat.endpoints.schemas import ReactionRequest, ReactorsRequest
from chat.queries.reactions import list_reactors
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command(
    "chat.react",
    ReactionRequest,
    rest="PUT conversations/<uuid:conversation>/messages/<int:seq>/reaction",
    in_order=True,
)
def react(caller: Caller, request: ReactionRequest) -> dict[str, Any]:
    message, mark = set_reaction(
        conversation_id=request.conversation,
        seq=request.seq,
        by_user_id=caller.user_id,
        emoji=request.emoji,
        now=clock.now(),
    )
    return {"rev": message.rev, "mark": mark}


@register_command(
    "chat.reactors",
    ReactorsRequest,
    rest="GET conversations/<uuid:conversation>/messages/<int:seq>/reactions",
    response=ReactorsPage,
)
def reactors(caller: Caller, request: ReactorsRequest) -> ReactorsPage:
    return list_reactors(
        request.conversation, caller.user_id, seq=request.seq, emoji=request.emoji, after=request.after
    )
