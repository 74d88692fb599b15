"""The hub: open socket connections of this process by user, device and topic, and delivery of hints to them."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

from superapp.core import clock
from superapp.core.websocket_frames import encode_text_frame
from superapp.realtime.registry import Caller

HINTS_UNACKED_MAX = 256
BYTES_UNACKED_MAX = 1024 * 1024
CONNECTIONS_PER_USER_MAX = 20

# Close codes of the protocol, on which the client acts.
CLOSE_BAD_FRAME = 4400
CLOSE_NOT_LOGGED_IN = 4401
CLOSE_TOO_SLOW = 4408
CLOSE_TOO_MANY = 4429
CLOSE_STOPPING = 4503

log = structlog.get_logger(__name__)
sockets = Gauge("nusa_sockets", "Sockets that are open in this process.")
sockets_closed = Counter("nusa_sockets_closed", "Sockets that this process closed, by its reason.", ["code"])
hint_lag = Histogram(
    "nusa_hint_lag_seconds",
    "From the commit of a change to the moment its hint was handed to the sockets of this process.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
)

_numbers = itertools.count(1)
Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]
# Writes an encoded frame at once, or returns False.
WriteFrame = Callable[[bytes], bool]


class OutgoingFrame:
    """One frame of the server, encoded once and shared by all sockets that it goes to."""

    __slots__ = ("_event", "encoded", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.encoded = encode_text_frame(payload)
        self._event: Event | None = None

    @property
    def event(self) -> Event:
        """The frame as an ASGI event, for servers that take no encoded frames."""
        if self._event is None:
            self._event = {"type": "websocket.send", "text": self.payload.decode()}
        return self._event


class SocketConnection:
    """
    One open socket, as the hub sees it.

    No method waits: a frame is written by ``write_frame`` if the server offers that, or else its event is passed to
    the server directly, without a task; if the server makes us wait, events are queued until the limits of
    unacknowledged hints close the connection. So a slow client does not delay the others.
    """

    __slots__ = (
        "_acked",
        "_bytes_unacked",
        "_queued",
        "_send",
        "_sizes",
        "_write_frame",
        "caller",
        "is_open",
        "number",
        "opened_at",
        "topics",
    )

    def __init__(self, caller: Caller, send: Send, write_frame: WriteFrame | None = None) -> None:
        # Identifies the connection in responses to its commands; unique within the process.
        self.number = next(_numbers)
        self.caller = caller
        self.is_open = True
        self.opened_at = clock.now().timestamp()
        self.topics: set[str] = set()
        self._send = send
        self._write_frame = write_frame
        self._queued: deque[Event] | None = None  # None unless the server made us wait.
        self._sizes: deque[int] = deque()  # The sizes of the hints that are not acknowledged yet.
        self._acked = 0
        self._bytes_unacked = 0

    def send_hint(self, frame: OutgoingFrame) -> None:
        """Send a hint, or close the connection if the client has too many unacknowledged ones."""
        if not self.is_open:
            return
        size = len(frame.payload)
        self._sizes.append(size)
        self._bytes_unacked += size
        if len(self._sizes) > HINTS_UNACKED_MAX or self._bytes_unacked > BYTES_UNACKED_MAX:
            self.close(CLOSE_TOO_SLOW)
        else:
            self.send(frame)

    def acknowledge(self, count: int) -> bool:
        """Remove acknowledged hints from the count; return False if the client acknowledges more than it was sent."""
        sizes = self._sizes
        newly = count - self._acked
        if newly > len(sizes):
            return False
        for _ in range(newly):
            self._bytes_unacked -= sizes.popleft()
        self._acked = max(count, self._acked)
        return True

    def send(self, frame: OutgoingFrame) -> None:
        """Pass a frame to the server; what the server does not take at once is sent later, in order."""
        if not self.is_open:
            return
        if self._queued is None and self._write_frame is not None and self._write_frame(frame.encoded):
            return
        self._pass_event(frame.event)

    def _pass_event(self, event: Event) -> None:
        if self._queued is not None:
            self._queued.append(event)
            return
        handing_over = self._send(event).__await__()
        try:
            waits_for = next(handing_over)
        except StopIteration:
            return
        except Exception as error:
            self._mark_broken(error)
            return
        self._queued = deque()
        _keep_reference(asyncio.ensure_future(self._send_slowly(handing_over, waits_for)))

    def close(self, code: int) -> None:
        """Close the connection; queued events are dropped, and the close code is sent last."""
        if not self.is_open:
            return
        sockets_closed.labels(str(code)).inc()
        if self._queued is not None:
            self._queued.clear()
        self._pass_event({"type": "websocket.close", "code": code})
        self.is_open = False

    async def _send_slowly(self, handing_over: Generator[Any, Any, Any], waits_for: Any) -> None:
        try:
            await _StartedAwaitable(handing_over, waits_for)
            while self._queued:
                await self._send(self._queued.popleft())
        except Exception as error:
            self._mark_broken(error)
        finally:
            self._queued = None

    def _mark_broken(self, error: Exception) -> None:
        # The server notifies the socket's consumer; here only this one connection is marked.
        self.is_open = False
        log.info("line_broke", user_id=self.caller.user_id, error=repr(error))


class _StartedAwaitable:
    """An awaitable that was started already and is suspended at its first wait."""

    def __init__(self, started: Generator[Any, Any, Any], waits_for: Any) -> None:
        self._started = started
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        waits_for = self._waits_for
        while True:
            go_on: Callable[[Any], Any] = self._started.send
            try:
                passed = yield waits_for
            except BaseException as error:
                go_on, passed = self._started.throw, error
            try:
                waits_for = go_on(passed)
            except StopIteration as close_connection:
                return close_connection.value


# The event loop keeps only weak references to its tasks.
_tasks: set[asyncio.Future[Any]] = set()


class PendingConnection:
    """A socket that is being authenticated and has not joined the hub yet, with the devices signed out meanwhile."""

    __slots__ = ("ended_devices",)

    def __init__(self) -> None:
        self.ended_devices: set[int] = set()


def _keep_reference(task: asyncio.Future[Any]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


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
