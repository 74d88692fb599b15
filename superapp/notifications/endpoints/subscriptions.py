"""Commands for the push subscription of the caller's device."""

from __future__ import annotations

from superapp.core import clock
from superapp.notifications.actions import subscriptions
from superapp.notifications.contracts import PushStateResponse
from superapp.notifications.endpoints.schemas import EmptyRequest, SubscribeRequest
from superapp.realtime.registry import Caller, register_command


@register_command("notifications.push", EmptyRequest, rest="GET notifications/push", response=PushStateResponse)
def fetch_push_state(caller: Caller, _request: EmptyRequest) -> PushStateResponse:
    """Return the public VAPID key, None while push is off, and whether this device is subscribed."""
    return subscriptions.describe_push(caller.device_id)


@register_command("notifications.subscribe", SubscribeRequest, rest="PUT notifications/push", cost=10)
def subscribe(caller: Caller, request: SubscribeRequest) -> dict[str, object]:
    """Subscribe the caller's device to push messages."""
    subscriptions.subscribe(
        user_id=caller.user_id,
        device_id=caller.device_id,
        endpoint=request.endpoint,
        p256dh=request.p256dh,
        auth=request.auth,
        now=clock.now(),
    )
    return {}


@register_command("notifications.unsubscribe", EmptyRequest, rest="DELETE notifications/push")
def unsubscribe(caller: Caller, _request: EmptyRequest) -> dict[str, object]:
    """End the subscription of the caller's device."""
    subscriptions.unsubscribe(device_id=caller.device_id)
    return {}
