"""Commands for a person's devices."""

from __future__ import annotations

from typing import Any

from superapp.accounts import queries
from superapp.accounts.actions import device_trust, devices, reauthentication
from superapp.accounts.contracts import TrustCodeResponse, TrustRequestedResponse
from superapp.accounts.endpoints.schemas import EmptyRequest, EndDeviceRequest, TrustCodeRequest
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command("accounts.devices", EmptyRequest, rest="GET me/devices")
def own_devices(caller: Caller, request: EmptyRequest) -> dict[str, Any]:
    """List the devices on which the caller is logged in."""
    found = queries.list_devices(caller.user_id)
    return {"rows": [serializers.serialize_device(device, here_id=caller.device_id) for device in found]}


@register_command("accounts.device_end", EndDeviceRequest, rest="DELETE me/devices/<str:device>", cost=2)
def device_end(caller: Caller, request: EndDeviceRequest) -> dict[str, Any]:
    """Sign out a device; a trusted one only by itself or from another trusted device."""
    devices.sign_out_device(
        user_id=caller.user_id, device_public_id=request.device, by_device_id=caller.device_id, now=clock.now()
    )
    return {}


@register_command("accounts.trust_code", EmptyRequest, rest="POST me/trust/code", cost=20, response=TrustCodeResponse)
def trust_code(caller: Caller, request: EmptyRequest) -> TrustCodeResponse:
    """Send the caller a one-time code for requesting trust, valid on this device only."""
    wait_s = reauthentication.send_owner_code(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {"retry_after": wait_s}


@register_command(
    "accounts.trust_ask", TrustCodeRequest, rest="POST me/trust", cost=10, response=TrustRequestedResponse
)
def trust_ask(caller: Caller, request: TrustCodeRequest) -> TrustRequestedResponse:
    """Request trust for this device with the one-time code; a waiting period of a day begins."""
    trust_from = device_trust.request_trust(
        user_id=caller.user_id, device_id=caller.device_id, code=request.code.strip(), now=clock.now()
    )
    return {"trust_from": clock.to_wire(trust_from)}


@register_command("accounts.trust_take", EmptyRequest, rest="PUT me/trust", cost=5)
def trust_take(caller: Caller, request: EmptyRequest) -> dict[str, Any]:
    """
    Claim trust for the calling device after its waiting period.

    A trusted device may sign out a lost one.
    """
    device_trust.claim_trust(user_id=caller.user_id, device_id=caller.device_id, now=clock.now())
    return {}
