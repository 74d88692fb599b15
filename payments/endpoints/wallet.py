"""Wallet commands, on the socket and under ``/api/v1``."""

from __future__ import annotations

from typing import Any

from payments import api, contracts
from payments.contracts import SendResponse, WalletResponse
from payments.domain.feature_gates import requires_payments
from payments.endpoints.registration import payments_command
from payments.endpoints.schemas import (
    EmptyRequest,
    HistoryRequest,
    ReceiptRequest,
    RecipientRequest,
    SendRequest,
    WalletChangesRequest,
)
from payments.queries import serializers
from superapp.core import clock
from superapp.core.money import Money
from superapp.realtime import registry
from superapp.realtime.registry import Caller


@payments_command("payments.wallet", EmptyRequest, rest="GET wallet", response=WalletResponse)
def wallet(caller: Caller, _request: EmptyRequest) -> WalletResponse:
    """Return the caller's wallet and the state of their PIN on this device."""
    now = clock.now()
    shown = api.get_wallet(caller.user_id, now=now)
    state = api.get_pin_state(caller.user_id, device_id=caller.device_id, now=now)
    tried = api.list_failed_attempts_elsewhere(caller.user_id, caller.device_id)
    return WalletResponse(
        serializers.serialize_wallet(shown), serializers.serialize_pin(state, tried, device_id=caller.device_id)
    )


@payments_command(
    "payments.changes", WalletChangesRequest, rest="GET wallet/changes", response=contracts.WalletChangesRow
)
def changes(caller: Caller, request: WalletChangesRequest) -> contracts.WalletChangesRow:
    """Return the movements after a revision, with the current wallet."""
    found = api.list_wallet_changes(caller.user_id, after=request.after, now=clock.now())
    return contracts.WalletChangesRow(
        rev=found.rev,
        wallet=serializers.serialize_wallet(found.wallet),
        rows=serializers.serialize_movements(found.rows),
        more=found.more,
    )


@payments_command("payments.history", HistoryRequest, rest="GET wallet/history", response=contracts.HistoryPage)
def history(caller: Caller, request: HistoryRequest) -> contracts.HistoryPage:
    # One row more than a page, to know whether there is another page.
    """Return a page of movements, newest first."""
    found = api.list_wallet_movements(
        caller.user_id,
        before_seq=request.before,
        limit=request.limit + 1,
        search=request.search,
        now=clock.now(),
    )
    page = found[: request.limit]
    return contracts.HistoryPage(rows=serializers.serialize_movements(page), more=len(found) > len(page))


@payments_command(
    "payments.receipt", ReceiptRequest, rest="GET wallet/receipts/<uuid:journal>", response=contracts.MovementRow
)
def receipt(caller: Caller, request: ReceiptRequest) -> contracts.MovementRow:
    """Return the caller's movement of one journal. :raises ReceiptNotFound: if it is not theirs"""
    return serializers.serialize_movements([api.get_receipt(caller.user_id, request.journal)])[0]


@payments_command("payments.recipient", RecipientRequest, rest="GET wallet/recipient", cost=5)
def recipient(caller: Caller, request: RecipientRequest) -> dict[str, Any]:
    """Find a recipient by public id, handle or phone number, and return the real name, to be confirmed."""
    found = api.find_recipient(
        caller.user_id,
        user=request.user,
        handle=request.handle,
        phone=request.phone,
        now=clock.now(),
    )
    return {"person": found.person, "is_contact": found.is_contact}


@payments_command("payments.send", SendRequest, rest="POST wallet/send", cost=10, response=SendResponse)
def send(caller: Caller, request: SendRequest) -> SendResponse:
    """Send money, once per idempotency key."""
    answer = api.send_to_person(
        sender_id=caller.user_id,
        receiver=request.user,
        amount=Money(request.amount.amount_minor, request.amount.asset),
        memo=request.memo,
        device_id=caller.device_id,
        pin=request.pin,
        idempotency_key=request.idempotency_key,
        now=clock.now(),
    )
    if isinstance(answer, api.Refused):
        raise answer.error()
    return SendResponse(str(answer.public_id))


def _rev(caller: Caller, wallet_id: str) -> int:
    return api.get_wallet_rev(caller.user_id, wallet_id, now=clock.now())


registry.register_topic_kind("wallet", requires_payments(_rev))
