"""PIN commands, on the socket and under ``/api/v1``."""

from __future__ import annotations

from typing import Any

from payments import api
from payments.contracts import PinCodeResponse, PinResetResponse
from payments.endpoints.registration import payments_command
from payments.endpoints.schemas import ChangePinRequest, EmptyRequest, NewPinRequest, PinCodeRequest
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.realtime.registry import Caller


@payments_command("payments.pin_set", NewPinRequest, rest="POST wallet/pin", cost=10)
def pin_set(caller: Caller, request: NewPinRequest) -> dict[str, Any]:
    """
    Set the first PIN from a trusted device.

    From another device it is requested with a code, and set by ``payments.pin_reset`` a day later.
    """
    api.set_first_pin_on_device(user_id=caller.user_id, device_id=caller.device_id, pin=request.pin, now=clock.now())
    return {}


@payments_command("payments.pin_change", ChangePinRequest, rest="PUT wallet/pin", cost=10)
def pin_change(caller: Caller, request: ChangePinRequest) -> dict[str, Any]:
    """Change the PIN, given the old one."""
    api.change_pin(
        user_id=caller.user_id, device_id=caller.device_id, old=request.old, new=request.new, now=clock.now()
    )
    return {}


@payments_command("payments.pin_forgive", EmptyRequest, rest="DELETE wallet/pin/tries", cost=5)
def pin_forgive(caller: Caller, _request: EmptyRequest) -> dict[str, Any]:
    """Acknowledge from a trusted device that failed attempts on other devices were one's own."""
    api.acknowledge_failed_attempts(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}


@payments_command("payments.pin_code", EmptyRequest, rest="POST wallet/pin/code", cost=20, response=PinCodeResponse)
def pin_code(caller: Caller, _request: EmptyRequest) -> PinCodeResponse:
    """Send the caller a one-time code for requesting a new PIN, valid on this device only."""
    wait_s = accounts.send_owner_code(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return PinCodeResponse(retry_after=wait_s)


@payments_command("payments.pin_ask", PinCodeRequest, rest="POST wallet/pin/reset", cost=10, response=PinResetResponse)
def pin_ask(caller: Caller, request: PinCodeRequest) -> PinResetResponse:
    """Request a new or first PIN with the one-time code; a waiting period of a day begins."""
    now = clock.now()
    proved_at = accounts.verify_owner_code(
        user_id=caller.user_id, device_id=caller.device_id, code=request.code.strip(), now=now
    )
    reset_from = api.request_pin_reset(
        user_id=caller.user_id, device_id=caller.device_id, code_proved_at=proved_at, now=now
    )
    return PinResetResponse(clock.to_wire(reset_from))


@payments_command("payments.pin_reset", NewPinRequest, rest="PUT wallet/pin/reset", cost=10)
def pin_reset(caller: Caller, request: NewPinRequest) -> dict[str, Any]:
    """Set the new PIN after the waiting period, on the device that requested it."""
    api.reset_pin(user_id=caller.user_id, pin=request.pin, device_id=caller.device_id, now=clock.now())
    return {}


@payments_command("payments.pin_reset_end", EmptyRequest, rest="DELETE wallet/pin/reset", cost=5)
def pin_reset_end(caller: Caller, _request: EmptyRequest) -> dict[str, Any]:
    """Cancel a pending PIN reset from a trusted device; the PIN stays unchanged."""
    api.cancel_pin_reset(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}
