"""Commands of requests, as their cards in conversations call them."""

from __future__ import annotations

from peer_payments import api
from peer_payments.contracts import RequestDetails, RequestStateRow
from peer_payments.domain.feature_gates import requires_payments
from peer_payments.endpoints.schemas import MoneyRequestRequest
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command(
    "peer_payments.decline",
    MoneyRequestRequest,
    rest="POST money-requests/<uuid:money_request>/decline",
    response=RequestStateRow,
)
@requires_payments
def decline(caller: Caller, asked: MoneyRequestRequest) -> RequestStateRow:
    """Decline to pay a request."""
    return _state(api.decline_request(payer_id=caller.user_id, request=asked.money_request, now=clock.now()))


@register_command(
    "peer_payments.cancel",
    MoneyRequestRequest,
    rest="POST money-requests/<uuid:money_request>/cancel",
    response=RequestStateRow,
)
@requires_payments
def cancel(caller: Caller, asked: MoneyRequestRequest) -> RequestStateRow:
    """Cancel one's own request."""
    return _state(api.cancel_request(requester_id=caller.user_id, request=asked.money_request, now=clock.now()))


@register_command(
    "peer_payments.remind",
    MoneyRequestRequest,
    rest="POST money-requests/<uuid:money_request>/remind",
    cost=5,
    response=RequestStateRow,
)
@requires_payments
def remind(caller: Caller, asked: MoneyRequestRequest) -> RequestStateRow:
    """Remind the other person of an open request, at most once a day."""
    return _state(api.remind_payer(requester_id=caller.user_id, request=asked.money_request, now=clock.now()))


def _state(row: RequestDetails) -> RequestStateRow:
    return RequestStateRow(money_request=str(row.public_id), state=row.state, version=row.version)
