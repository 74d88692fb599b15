"""Connections that break off: the faults in which nobody hears how it ended."""

from __future__ import annotations

import socket
from contextlib import suppress

from django.http import HttpRequest, HttpResponse

from simulators.bank import faults

# Where the server leaves the socket of a request in its environment.
ENVIRON_NAME = "simulators.connection"


class Dropped(Exception):
    """The connection is to be broken off instead of an answer."""


def drop_before_commit(moves: str) -> None:
    """
    Break off before anything of this kind is booked, if the fault strikes.

    :raises Dropped: if it does
    """
    if moves and faults.strike("drop_before_commit", of=moves) is not None:
        raise Dropped


def drop_after_commit(moves: str) -> None:
    """
    Break off after something of this kind was booked, if the fault strikes.

    :raises Dropped: if it does
    """
    if moves and faults.strike("drop_after_commit", of=moves) is not None:
        raise Dropped


def hang_up(request: HttpRequest) -> HttpResponse:
    """Close the connection of a request; the response that Django wants to have is never sent."""
    connection: socket.socket = request.META[ENVIRON_NAME]
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=500)
