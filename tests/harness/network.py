"""No test talks to anybody but this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class NetworkBlocked(OSError):
    """A test tried to reach another machine."""


def block() -> None:
    """Refuse every connection and every look-up that would leave this machine, in this process."""
    # The type checker minds that methods are replaced, which is what blocking is.
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = _guarded_getaddrinfo


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse_foreign(self, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_foreign(self, address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if host is not None and not is_here(host):
        raise NetworkBlocked(f"a test looked up {host}")
    return _getaddrinfo(host, *args, **kwargs)


def _refuse_foreign(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
        raise NetworkBlocked(f"a test tried to reach {address}")


def is_here(host: str | bytes) -> bool:
    """Return whether the name or address is this very machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
