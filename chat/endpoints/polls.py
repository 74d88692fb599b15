"""Commands for polls."""

from __future__ import annotations

from typing import Any

from chat.actions.polls import close_poll, vote
from chat.domain.polls import VotersPage
from chat.endpoints.schemas import MessageRequest, VoteRequest, VotersRequest
from chat.queries.polls import list_voters
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command(
    "chat.vote", VoteRequest, rest="PUT conversations/<uuid:conversation>/messages/<int:seq>/vote", in_order=True
)
def set_vote(caller: Caller, request: VoteRequest) -> dict[str, Any]:
    message, mark = vote(
        conversation_id=request.conversation,
        seq=request.seq,
        by_user_id=caller.user_id,
        options=request.options,
        now=clock.now(),
    )
    return {"rev": message.rev, "mark": mark}


@register_command(
    "chat.poll_close", MessageRequest, rest="POST conversations/<uuid:conversation>/messages/<int:seq>/close"
)
def close(caller: Caller, request: MessageRequest) -> dict[str, Any]:
    message = close_poll(
        conversation_id=request.conversation, seq=request.seq, by_user_id=caller.user_id, now=clock.now()
    )
    return {"rev": message.rev}


@register_command(
    "chat.voters",
    VotersRequest,
    rest="GET conversations/<uuid:conversation>/messages/<int:seq>/voters",
    response=VotersPage,
)
def voters(caller: Caller, request: VotersRequest) -> VotersPage:
    return list_voters(
        request.conversation, caller.user_id, seq=request.seq, option=request.option, after=request.after
    )
