"""Web Push: encrypting a message for one browser (RFC 8291), signing it (RFC 8292), and handing it to its endpoint."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import structlog
from django.conf import settings

from superapp.core.errors import Unavailable
from superapp.core.http_exchange import exchange
from superapp.notifications.adapters.push_endpoints import Endpoint, Resolve, check_endpoint, resolve_checked
from superapp.notifications.models import PushSubscription

SECONDS_MAX = 10
RESPONSE_BYTES_MAX = 4_096
# How long the maker of the browser keeps the message for a device that is off.
TTL = timedelta(hours=12)
VAPID_VALID_FOR = timedelta(hours=12)
GONE = (404, 410)

log = structlog.get_logger(__name__)


class Outcome(Enum):
    """The outcome of a push: taken, refused for ever (the subscription is gone), or refused for another reason."""

    TAKEN = "taken"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class PushSender:
    """
    A sender of push messages.

    The connection goes to the address that was checked, with the certificate of the host; redirects are not followed,
    and the whole exchange is aborted after ``SECONDS_MAX``. Tests replace how names are resolved and trusted.
    """

    resolve: Resolve | None = None
    context: ssl.SSLContext | None = None
    port: int | None = None

    def send(self, subscription: PushSubscription, *, notification: UUID, now: datetime) -> Outcome:
        """
        Send the id of a notification to a browser.

        :raises EndpointRefused: if the endpoint is not one that may be called
        :raises Unavailable: if it cannot be reached, or asks to try again later
        """
        endpoint = check_endpoint(subscription.endpoint)
        body = encrypt(subscription, json.dumps({"id": str(notification)}).encode())
        headers = {
            **sign(endpoint, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(TTL.total_seconds())),
            "Urgency": "high",
        }
        try:
            address = resolve_checked(endpoint.host, resolve=self.resolve)
            status = self._post(endpoint, address, body, headers)
        except (OSError, http.client.HTTPException) as error:
            log.warning("push_endpoint_out_of_reach", host=endpoint.host, error=f"{type(error).__name__}: {error}")
            raise Unavailable from error
        if status in GONE:
            return Outcome.GONE
        if status == http.client.TOO_MANY_REQUESTS or status >= 500:
            log.warning("push_endpoint_busy", host=endpoint.host, status=status)
            raise Unavailable
        if 200 <= status < 300:
            return Outcome.TAKEN
        log.error("push_endpoint_said_no", host=endpoint.host, status=status)
        return Outcome.REFUSED

    def _post(self, endpoint: Endpoint, address: str, body: bytes, headers: dict[str, str]) -> int:
        connection = PinnedConnection(
            endpoint.host,
            self.port or endpoint.port,
            address=address,
            timeout=SECONDS_MAX,
            context=self.context or ssl.create_default_context(),
        )
        status, _answer = exchange(
            connection,
            "POST",
            endpoint.target,
            body=body,
            headers=headers,
            seconds_max=SECONDS_MAX,
            bytes_max=RESPONSE_BYTES_MAX,
        )
        return status


class PinnedConnection(http.client.HTTPSConnection):
    """A connection by TLS to one address, checked for the name of its host."""

    def __init__(self, host: str, port: int, *, address: str, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


def encrypt(subscription: PushSubscription, message: bytes) -> bytes:
    """Encrypt a message for one browser."""
    # Imported where it is used: it brings an HTTP client along, which no other process needs.
    from pywebpush import WebPusher

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    encoded = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(message, content_encoding="aes128gcm")
    return bytes(encoded["body"])


def sign(endpoint: Endpoint, now: datetime) -> dict[str, str]:
    """Return the header that says which installation sends (VAPID)."""
    from py_vapid import Vapid02

    claims = {
        "aud": endpoint.origin,
        "exp": int((now + VAPID_VALID_FOR).timestamp()),
        "sub": settings.VAPID_SUBJECT,
    }
    return dict(Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode()).sign(claims))
