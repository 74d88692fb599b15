"""Commands for presence: who is online, and whether the caller's page is looked at."""

from __future__ import annotations

from superapp.notifications.actions import presence
from superapp.notifications.contracts import PresenceResponse
from superapp.notifications.endpoints.schemas import HereRequest, PresenceRequest
from superapp.realtime.presence import board
from superapp.realtime.registry import Caller, register_command, register_loop_command


@register_command("notifications.presence", PresenceRequest, rest="GET presence", cost=2, response=PresenceResponse)
def list_presence(caller: Caller, request: PresenceRequest) -> PresenceResponse:
    """Return who of these people is online, as far as it is known and the caller may see it."""
    return {"rows": presence.list_presence(viewer_id=caller.user_id, people=request.users)}


@register_loop_command("notifications.here", HereRequest)
async def here(caller: Caller, request: HereRequest) -> dict[str, object]:
    """Say whether the page behind this socket is looked at."""
    board.mark(caller.user_id, caller.connection_number, is_in_use=request.active)
    return {}
