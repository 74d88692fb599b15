"""
Count one user's sockets over all processes, without a register that a killed process could leave wrong.

A process whose own share of the limit is exceeded calls the roll: it says over the bus which sockets it has of that
person, and every other process answers with its own. Whoever has heard them closes those of its own that are among the
oldest above the limit. Below the share nobody is asked, since no sum can be above the limit then; while anybody is
known to be above it, every further socket of that person calls the roll. Without Redis each process holds to the limit
by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from superapp.core import ids
from superapp.realtime.hub import CLOSE_TOO_MANY, CONNECTIONS_PER_USER_MAX, Hub

PEOPLE_MAX = 10_000


class ConnectionReport(msgspec.Struct, array_like=True, frozen=True):
    """The sockets that one process has of one person: when each was opened, in seconds."""

    round: bytes
    kind: Literal["call", "answer"]
    process: bytes
    opened_at: list[float]


class ConnectionCounter:
    """
    The rolls as one process knows them; everything runs on the loop of its hub.

    ``share`` is how many sockets of one person a process may hold before it asks the others, ``say`` tells a roll to
    all of them.
    """

    def __init__(self, hub: Hub, *, process: bytes, share: int, say: Callable[[int, ConnectionReport], None]) -> None:
        self._hub = hub
        self._process = process
        self._share = share
        self._send = say
        # For each person, the newest round and what other processes have said in it.
        self._rounds: dict[int, tuple[bytes, dict[bytes, list[float]]]] = {}

    def joined(self, user_id: int) -> None:
        """A socket of this person has just joined the hub: ask the others if there may be too many of them."""
        own = self._own(user_id)
        elsewhere = self._elsewhere(user_id)
        if len(own) <= self._share and all(len(opened_at) <= self._share for opened_at in elsewhere.values()):
            self._rounds.pop(user_id, None)
            return
        roll = ConnectionReport(ids.new_id().bytes, "call", self._process, own)
        self._start(user_id, roll.round)
        self._send(user_id, roll)

    def hear(self, user_id: int, roll: ConnectionReport) -> None:
        """Take in what another process has of this person, answer if it calls, and close what is too many."""
        if roll.kind == "call":
            self._start(user_id, roll.round)
            own = self._own(user_id)
            if own:
                self._send(user_id, ConnectionReport(roll.round, "answer", self._process, own))
        newest, elsewhere = self._rounds.get(user_id, (b"", {}))
        if newest == roll.round:
            elsewhere[roll.process] = roll.opened_at
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
        for process, rolls in self._elsewhere(user_id).items():
            everywhere += [(opened_at, process) for opened_at in rolls]
        above = max(0, len(everywhere) - CONNECTIONS_PER_USER_MAX)
        mine = sum(process == self._process for _, process in sorted(everywhere)[:above])
        for connection in self._hub.connections_of(user_id)[:mine]:
            self._hub.close_connection(connection, CLOSE_TOO_MANY)
