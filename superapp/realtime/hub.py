"""The hub: open socket connections of this process by user, device and topic, and delivery of hints to them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from prometheus_client import Gauge, Histogram

from superapp.realtime.socket_connection import (
    CLOSE_NOT_LOGGED_IN,
    CLOSE_TOO_MANY,
    OutgoingFrame,
    SocketConnection,
)

CONNECTIONS_PER_USER_MAX = 20

log = structlog.get_logger(__name__)
sockets = Gauge("nusa_sockets", "Open WebSockets of this process.")
hint_lag = Histogram(
    "nusa_hint_lag_seconds",
    "Time from the commit of a change to the sending of its hint by this process.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
)


class PendingConnection:
    """A socket that is being authenticated and has not joined the hub yet, with the devices signed out meanwhile."""

    __slots__ = ("ended_devices",)

    def __init__(self) -> None:
        self.ended_devices: set[int] = set()


class Hub:
    """
    The socket connections of one process, by user, device and watched topic.

    Everything but ``call_soon`` must run on the event loop of the connections. A user or topic without connections
    has no entry in the tables.
    """

    def __init__(self) -> None:
        self._connections: dict[int, dict[SocketConnection, None]] = {}  # By user, oldest first.
        self._watchers: dict[str, dict[SocketConnection, None]] = {}
        self._pending: set[PendingConnection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._calls: deque[tuple[float, Callable[..., None], tuple[Any, ...]]] = deque()
        self._is_woken = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(len(connections) for connections in self._connections.values())

    @property
    def topics(self) -> Collection[str]:
        """The topics that any connection of this process watches."""
        return self._watchers.keys()

    def all_connections(self) -> list[SocketConnection]:
        return [connection for connections in self._connections.values() for connection in connections]

    def connections_of(self, user_id: int) -> list[SocketConnection]:
        """List the connections of a person, oldest first."""
        return list(self._connections.get(user_id, ()))

    @contextmanager
    def pending_connection(self) -> Iterator[PendingConnection]:
        """
        Collect the devices that are signed out during this block.

        Between the lookup of its session and its join a socket is not in the hub and would miss its own sign-out.
        """
        self._use_loop(asyncio.get_running_loop())
        pending = PendingConnection()
        self._pending.add(pending)
        try:
            yield pending
        finally:
            self._pending.discard(pending)

    def join(self, connection: SocketConnection, pending: PendingConnection | None = None) -> None:
        """
        Add a connection, which from now on gets its person's hints.

        Above the limit the person's oldest connection is closed; so is this one if its device was signed out
        meanwhile.
        """
        self._use_loop(asyncio.get_running_loop())
        connections = self._connections.setdefault(connection.caller.user_id, {})
        connections[connection] = None
        sockets.inc()
        if len(connections) > CONNECTIONS_PER_USER_MAX:
            self.close_connection(next(iter(connections)), CLOSE_TOO_MANY)
        if pending is not None and connection.caller.device_id in pending.ended_devices:
            self.close_connection(connection, CLOSE_NOT_LOGGED_IN)

    def leave(self, connection: SocketConnection) -> None:
        """Remove a connection. Idempotent."""
        connections = self._connections.get(connection.caller.user_id)
        if connections is None or connection not in connections:
            return
        del connections[connection]
        sockets.dec()
        if not connections:
            del self._connections[connection.caller.user_id]
        for topic in list(connection.topics):
            self.unwatch(connection, topic)

    def watch(self, connection: SocketConnection, topic: str) -> None:
        self._watchers.setdefault(topic, {})[connection] = None
        connection.topics.add(topic)

    def unwatch(self, connection: SocketConnection, topic: str) -> None:
        watchers = self._watchers.get(topic)
        if watchers is None or connection not in watchers:
            return
        del watchers[connection]
        connection.topics.discard(topic)
        if not watchers:
            del self._watchers[topic]

    def deliver(self, user_ids: Iterable[int], encoded: bytes, excluded: Collection[int] = ()) -> None:
        """Send one hint to all connections of these people, except the connection numbers in ``excluded``."""
        frame: OutgoingFrame | None = None
        for user_id in user_ids:
            connections = self._connections.get(user_id)
            if connections is not None:
                frame = frame or OutgoingFrame(encoded)
                self._send_hint(connections, frame, excluded)

    def deliver_topic(self, topic: str, encoded: bytes) -> None:
        """Send one hint to all connections that watch the topic."""
        watchers = self._watchers.get(topic)
        if watchers is not None:
            self._send_hint(watchers, OutgoingFrame(encoded))

    def deliver_all(self, encoded: bytes) -> None:
        """Send one hint to all connections."""
        frame = OutgoingFrame(encoded)
        for connections in list(self._connections.values()):
            self._send_hint(connections, frame)

    def _send_hint(
        self, connections: dict[SocketConnection, None], frame: OutgoingFrame, excluded: Collection[int] = ()
    ) -> None:
        for connection in connections:
            if connection.number not in excluded:
                connection.send_hint(frame)
            # A closed connection stays in the tables until its consumer leaves the hub; hints to it are dropped.

    def close_device(self, device_id: int) -> None:
        """Close the connections of a device that was signed out, including those that are about to join."""
        for pending in self._pending:
            pending.ended_devices.add(device_id)
        for connection in self.all_connections():
            if connection.caller.device_id == device_id:
                self.close_connection(connection, CLOSE_NOT_LOGGED_IN)

    def close_connection(self, connection: SocketConnection, code: int) -> None:
        """Close a connection and remove it."""
        connection.close(code)
        self.leave(connection)

    def call_soon(self, action: Callable[..., None], *args: Any) -> None:
        """
        Schedule ``action`` on the hub's loop, in the order of calls; callable from any thread, never waits.

        However many calls are scheduled while the loop is busy, it is woken once. A process without sockets has no
        loop and drops the call.
        """
        self.call_all_soon([(action, args)])

    def call_all_soon(self, calls: Iterable[tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
        """Schedule several calls on the hub's loop, in order."""
        now = time.monotonic()
        with self._lock:
            loop = self._loop
            if loop is None:
                return
            self._calls.extend((now, action, args) for action, args in calls)
            if self._is_woken:
                return
            self._is_woken = True
        if asyncio._get_running_loop() is loop:
            self._run_calls()
            return
        try:
            loop.call_soon_threadsafe(self._run_calls)
        except RuntimeError:  # The loop has been closed meanwhile.
            self._forget_loop(loop)

    def _run_calls(self) -> None:
        while True:
            with self._lock:
                if not self._calls:
                    self._is_woken = False
                    return
                batch, self._calls = self._calls, deque()
            hint_lag.observe(time.monotonic() - batch[0][0])
            for _, action, args in batch:
                try:
                    action(*args)
                except Exception:  # A hint that fails must not prevent the others.
                    log.exception("hint_failed")

    def _use_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is loop:
            return
        if self._loop is not None:
            self._forget_loop(self._loop)
        self._loop = loop

    def _forget_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        # Nothing can be sent to sockets of a loop that has ended.
        with self._lock:
            if self._loop is loop:
                sockets.dec(len(self))
                self._connections.clear()
                self._watchers.clear()
                self._pending.clear()
                self._calls.clear()
                self._is_woken = False
                self._loop = None


hub = Hub()
