"""One open socket as the hub sees it, and the frames that are sent to it."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import structlog
from prometheus_client import Counter

from superapp.core import clock
from superapp.core.websocket_frames import encode_text_frame
from superapp.realtime.registry import Caller

HINTS_UNACKED_MAX = 256
BYTES_UNACKED_MAX = 1024 * 1024

# Close codes of the protocol, on which the client acts.
CLOSE_BAD_FRAME = 4400
CLOSE_NOT_LOGGED_IN = 4401
CLOSE_TOO_SLOW = 4408
CLOSE_TOO_MANY = 4429
CLOSE_STOPPING = 4503

log = structlog.get_logger(__name__)
sockets_closed = Counter("nusa_sockets_closed", "WebSockets closed by this process, by close code.", ["code"])

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
        "is_in_use",
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
        # Whether its client says that its page is looked at; see ``presence``.
        self.is_in_use = False
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


def _keep_reference(task: asyncio.Future[Any]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
