"""
Counting of one user's sockets over all processes, without shared state that a killed process could leave wrong.

A process with more sockets of a person than its share of the limit starts a round: it sends a report of its sockets
over the bus, and all other processes answer with theirs. Each process then closes those of its own sockets that are
among the oldest above the limit. While all processes are below their share the sum cannot exceed the limit, so no
round is needed; once a process is known to be above it, each further socket of that person starts a round. Without
Redis each process applies the limit to its own sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from superapp.core import ids
from superapp.realtime.hub import CONNECTIONS_PER_USER_MAX, Hub
from superapp.realtime.socket_connection import CLOSE_TOO_MANY

PEOPLE_MAX = 10_000


class ConnectionReport(msgspec.Struct, array_like=True, frozen=True):
    """The sockets of one person in one process: the time at which each was opened, in seconds."""

    round: bytes
    kind: Literal["call", "answer"]
    process: bytes
    opened_at: list[float]


class ConnectionCounter:
    """
    The connection rounds as seen by one process; everything runs on the loop of its hub.

    ``share`` is the number of sockets of one person that a process may hold before it starts a round; ``send`` sends
    a report to all other processes.
    """

    def __init__(self, hub: Hub, *, process: bytes, share: int, send: Callable[[int, ConnectionReport], None]) -> None:
        self._hub = hub
        self._process = process
        self._share = share
        self._send = send
        # The newest round of each person, and the reports of other processes in it.
        self._rounds: dict[int, tuple[bytes, dict[bytes, list[float]]]] = {}

    def joined(self, user_id: int) -> None:
        """Start a round if the person may have too many sockets; called after one has joined the hub."""
        own = self._own(user_id)
        elsewhere = self._elsewhere(user_id)
        if len(own) <= self._share and all(len(opened_at) <= self._share for opened_at in elsewhere.values()):
            self._rounds.pop(user_id, None)
            return
        report = ConnectionReport(ids.new_id().bytes, "call", self._process, own)
        self._start(user_id, report.round)
        self._send(user_id, report)

    def receive_report(self, user_id: int, report: ConnectionReport) -> None:
        """Process another process's report: answer if it started a round, and close sockets above the limit."""
        if report.kind == "call":
            self._start(user_id, report.round)
            own = self._own(user_id)
            if own:
                self._send(user_id, ConnectionReport(report.round, "answer", self._process, own))
        newest, elsewhere = self._rounds.get(user_id, (b"", {}))
        if newest == report.round:
            elsewhere[report.process] = report.opened_at
            self._close_oldest(user_id)

    def _start(self, user_id: int, number: bytes) -> None:
        self._rounds.pop(user_id, None)
        if len(self._rounds) >= PEOPLE_MAX:
            del self._rounds[next(iter(self._rounds))]
        self._rounds[user_id] = (number, {})

    def _own(self, user_id: int) -> list[float]:
        return [connection.opened_at for connection in self._hub.connections_of(user_id)]

    def _elsewhere(self, user_id: int) -> dict[bytes, list[float]]:
        return self._rounds.get(user_id, (b"", {}))[1]

    def _close_oldest(self, user_id: int) -> None:
        everywhere = [(opened_at, self._process) for opened_at in self._own(user_id)]
        for process, reports in self._elsewhere(user_id).items():
            everywhere += [(opened_at, process) for opened_at in reports]
        above = max(0, len(everywhere) - CONNECTIONS_PER_USER_MAX)
        mine = sum(process == self._process for _, process in sorted(everywhere)[:above])
        for connection in self._hub.connections_of(user_id)[:mine]:
            self._hub.close_connection(connection, CLOSE_TOO_MANY)
