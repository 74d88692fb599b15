"""Commands of angpao, on the socket and under ``/api/v1``."""

from __future__ import annotations

from uuid import UUID

from angpao.actions.opening import open_angpao
from angpao.contracts import OpenResponse
from superapp.core import clock
from superapp.realtime.registry import Caller, RequestSchema, register_command


class OpenRequest(RequestSchema):
    packet: UUID


@register_command("angpao.open", OpenRequest, rest="POST angpao/<uuid:packet>/open", cost=5, response=OpenResponse)
def open_packet(caller: Caller, request: OpenRequest) -> OpenResponse:
    """
    Open a share of an angpao; whoever opened it before gets the same answer again.

    :raises AngpaoNotFound, OwnAngpao, AllOpened, Expired, WalletFull, WalletNotOpen:
    """
    opened = open_angpao(packet=request.packet, user_id=caller.user_id, now=clock.now())
    return OpenResponse(amount=opened.amount.to_wire(), opened_at=clock.to_wire(opened.opened_at))
