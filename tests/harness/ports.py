"""
Ports that are surely ours.

To bind port 0 and let it go again is a race: another test, another worker or another run may be told the same number,
and while a server is dead for a moment (which is what some tests are about) any connection that leaves this machine may
be given its port as the near end. So a port is leased: it lies below those that the kernel gives to outgoing
connections, and whoever leases it holds a name in the kernel which dies with this process.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterable, Iterator

FIRST = 12_000
# The kernel hands out ports from 32768 on for connections.
LAST = 32_000


def free_port() -> int:
    """A port of the loopback address that nobody listens on, and that no other test will be given."""
    return free_block([0])


def free_block(offsets: Iterable[int]) -> int:
    """The number from which all of these offsets are such ports."""
    offsets = sorted(offsets)
    for first in itertools.islice(_candidates, LAST - FIRST):
        if first + offsets[-1] <= LAST and all(_lease(first + offset) for offset in offsets):
            return first
    raise RuntimeError("every port is leased")


def _endless_from(start: int) -> Iterator[int]:
    for number in itertools.count(start):
        yield FIRST + number % (LAST - FIRST)


# Each process begins elsewhere, so that few meet.
_candidates = _endless_from(os.getpid() * 131)


def _lease(port: int) -> bool:
    with socket.socket(socket.AF_UNIX) as name, socket.socket() as probe:
        try:
            name.bind(_lease_name(port))
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        name.detach()  # Open until this process ends, and with it the lease.
    return True


def _lease_name(port: int) -> str:
    """Not a file: a name that begins with a null byte lives in the kernel alone."""
    return f"\0nusa-tests-port-{port}"
