"""Guard of push endpoints, which browsers name: only hosts that the operator allows are called, at public addresses."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from superapp.notifications.errors import EndpointRefused
from superapp.notifications.models import PushSubscription

HTTPS_PORT = 443
# Host name → its addresses, as text.
Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked endpoint: its host, and the path with the query that is asked for there."""

    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        return f"https://{self.host}" if self.port == HTTPS_PORT else f"https://{self.host}:{self.port}"


def check_endpoint(url: str) -> Endpoint:
    """
    Return an endpoint whose form and host are allowed; its addresses are checked when it is called.

    :raises EndpointRefused: if it is not https, names credentials or another port, or a host that is not in PUSH_HOSTS
    """
    if len(url) > PushSubscription.ENDPOINT_CHARS_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise EndpointRefused
    try:
        parts = urlsplit(url)
        port = HTTPS_PORT if parts.port is None else parts.port
    except ValueError:
        raise EndpointRefused from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or parts.username is not None or parts.fragment or port != HTTPS_PORT:
        raise EndpointRefused
    if not _is_allowed_host(host):
        raise EndpointRefused
    return Endpoint(host, port, f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")


def resolve_checked(host: str, *, resolve: Resolve | None = None) -> str:
    """
    Return an address of a host that may be called, to connect to: a second look-up might answer otherwise.

    :raises EndpointRefused: if any address of the host is not one of the public internet
    :raises OSError: if the host has no address, or the name service does not answer
    """
    addresses = (resolve or _resolve)(host)
    if not addresses:
        raise OSError(f"{host} has no address")
    if not all(is_public_address(address) for address in addresses):
        raise EndpointRefused
    return addresses[0]


def is_public_address(text: str) -> bool:
    """Return whether an address is one of the public internet, also seen through what translates IPv6 to IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # With a zone, as link-local addresses have.
        return False
    if isinstance(address, ipaddress.IPv6Address):
        is_translated = any(address in network for network in _TRANSLATED)
        if is_translated or not (address.ipv4_mapped or address in _GLOBAL_UNICAST):
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public_address(str(inner))
    return address.is_global and not address.is_multicast


# All that was given out of IPv6. The library also calls global what was left out or given up, such as site-local ones.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# NAT64 and Teredo carry an IPv4 address of any kind.
_TRANSLATED = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32"))


def _resolve(host: str) -> list[str]:
    found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for _family, _type, _proto, _name, address in found]


def _is_allowed_host(host: str) -> bool:
    """Return whether the operator allows this host: by its name, or by one that begins with a dot and ends it."""
    return any(
        host == allowed or (allowed.startswith(".") and host.endswith(allowed)) for allowed in settings.PUSH_HOSTS
    )
