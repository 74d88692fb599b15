"""Push subscriptions: one of each device that is logged in, for as long as it is."""

from __future__ import annotations

from binascii import Error as Base64Error
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter

from superapp.notifications import queries
from superapp.notifications.adapters import vapid_keys
from superapp.notifications.adapters.push_endpoints import check_endpoint
from superapp.notifications.adapters.web_push import Outcome, PushSender
from superapp.notifications.contracts import PushStateResponse
from superapp.notifications.errors import EndpointRefused, PushDisabled, SubscriptionInvalid
from superapp.notifications.models import Notification, PushSubscription

AUTH_BYTES = 16
pushes = Counter("nusa_pushes_total", "Push messages, by outcome.", ["outcome"])
log = structlog.get_logger(__name__)
sender = PushSender()


def is_push_enabled() -> bool:
    """Return whether the operator lets notifications go through the makers of browsers."""
    return bool(settings.FOREIGN_PUSH != "off")


def describe_push(device_id: int | None) -> PushStateResponse:
    """Return the key for which a browser subscribes, and whether this device is subscribed."""
    if not is_push_enabled():
        return {"key": None, "here": False}
    key = vapid_keys.public_key_of(settings.VAPID_PRIVATE_KEY)
    return {"key": key, "here": queries.has_subscription(device_id)}


def subscribe(*, user_id: int, device_id: int | None, endpoint: str, p256dh: str, auth: str, now: datetime) -> None:
    """
    Subscribe a device to push messages; the same browser's earlier subscription is replaced. Idempotent.

    :raises PushDisabled: if the operator turned push off, or the caller is on no device
    :raises EndpointRefused: if the endpoint is not one of an allowed push service
    :raises SubscriptionInvalid: if the keys are not those of a browser
    """
    if not is_push_enabled() or device_id is None:
        raise PushDisabled
    check_endpoint(endpoint)
    _check_keys(p256dh, auth)
    with transaction.atomic():
        # A browser in which somebody else logged in keeps its endpoint: it is theirs from now on.
        PushSubscription.objects.filter(endpoint=endpoint).exclude(device_id=device_id).delete()
        PushSubscription.objects.update_or_create(
            device_id=device_id,
            defaults={
                "user_id": user_id,
                "endpoint": endpoint,
                "p256dh": p256dh.rstrip("="),
                "auth": auth.rstrip("="),
                "created_at": now,
            },
        )


def unsubscribe(*, device_id: int | None) -> None:
    """End the subscription of a device, if it has one."""
    PushSubscription.objects.filter(device_id=device_id or 0).delete()


def delete_ended() -> int:
    """Delete the subscriptions of devices that were logged out; they get nothing before that, either."""
    deleted, _by_model = PushSubscription.objects.exclude(device__ended_at=None).delete()
    return deleted


def push(*, notification: int, subscription: int, now: datetime) -> None:
    """
    Send a notification to one device, and delete a subscription that its browser has ended.

    :raises Unavailable: if the endpoint is out of reach; the job is tried again
    """
    row = queries.live_subscriptions().filter(pk=subscription).first()
    public_id: UUID | None = Notification.objects.filter(pk=notification).values_list("public_id", flat=True).first()
    if row is None or public_id is None or not is_push_enabled():
        return
    try:
        outcome = sender.send(row, notification=public_id, now=now)
    except EndpointRefused:
        # The operator changed the list of hosts, or the name leads to an address inside a network by now.
        log.warning("push_endpoint_refused", host=urlsplit(row.endpoint).hostname)
        outcome = Outcome.GONE
    if outcome is Outcome.GONE:
        PushSubscription.objects.filter(pk=row.pk, endpoint=row.endpoint).delete()
    pushes.labels(outcome.value).inc()


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vapid_keys.decode(p256dh.rstrip("=")))
        is_whole = len(vapid_keys.decode(auth.rstrip("="))) == AUTH_BYTES
    except (ValueError, Base64Error):
        raise SubscriptionInvalid from None
    if not is_whole:
        raise SubscriptionInvalid
