"""Who is connected to this process, and how one frame reaches many sockets."""

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
from superapp.realtime.registry import Caller

HINTS_UNACKED_MAX = 256
BYTES_UNACKED_MAX = 1024 * 1024
LINES_PER_USER_MAX = 20

# Why we close; the client acts by the number.
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


class Frame:
    """One hint, encoded once: every socket is handed the same object."""

    __slots__ = ("event", "size")

    def __init__(self, encoded: bytes) -> None:
        self.event: Event = {"type": "websocket.send", "text": encoded.decode()}
        self.size = len(encoded)


class Line:
    """
    One open socket as the hub sees it.

    Nothing here waits: what the server takes at once is handed to it at once, without a task; behind a server that
    makes us wait, frames queue up until the limits of unacknowledged hints cut the line. So one slow reader costs the
    others nothing.
    """

    __slots__ = (
        "_acked",
        "_bytes_unacked",
        "_queued",
        "_send",
        "_sizes",
        "caller",
        "is_open",
        "number",
        "opened_at",
        "topics",
    )

    def __init__(self, caller: Caller, send: Send) -> None:
        # By which an answer to one of its commands is known to be its own; no two lines of a process have the same.
        self.number = next(_numbers)
        self.caller = caller
        self.is_open = True
        self.opened_at = clock.now().timestamp()
        self.topics: set[str] = set()
        self._send = send
        self._queued: deque[Event] | None = None  # Not None: the server made us wait.
        self._sizes: deque[int] = deque()  # Of the hints that were not acknowledged.
        self._acked = 0
        self._bytes_unacked = 0

    def hint(self, frame: Frame) -> None:
        """Hand over a hint, or cut the line if the client has fallen too far behind."""
        if not self.is_open:
            return
        self._sizes.append(frame.size)
        self._bytes_unacked += frame.size
        if len(self._sizes) > HINTS_UNACKED_MAX or self._bytes_unacked > BYTES_UNACKED_MAX:
            self.close(CLOSE_TOO_SLOW)
        else:
            self.send(frame.event)

    def acknowledge(self, count: int) -> bool:
        """Forget the hints that the client has received; False if it claims more than it was sent."""
        sizes = self._sizes
        newly = count - self._acked
        if newly > len(sizes):
            return False
        for _ in range(newly):
            self._bytes_unacked -= sizes.popleft()
        self._acked = max(count, self._acked)
        return True

    def send(self, event: Event) -> None:
        """Hand an event to the server; what it does not take at once follows in order."""
        if not self.is_open:
            return
        if self._queued is not None:
            self._queued.append(event)
            return
        handing_over = self._send(event).__await__()
        try:
            waits_for = next(handing_over)
        except StopIteration:
            return
        except Exception as error:
            self._broke(error)
            return
        self._queued = deque()
        _keep(asyncio.ensure_future(self._send_slowly(handing_over, waits_for)))

    def close(self, code: int) -> None:
        """End the line; whatever is queued is dropped, the code is the last thing that is sent."""
        if not self.is_open:
            return
        sockets_closed.labels(str(code)).inc()
        if self._queued is not None:
            self._queued.clear()
        self.send({"type": "websocket.close", "code": code})
        self.is_open = False

    async def _send_slowly(self, handing_over: Generator[Any, Any, Any], waits_for: Any) -> None:
        try:
            await _Resumed(handing_over, waits_for)
            while self._queued:
                await self._send(self._queued.popleft())
        except Exception as error:
            self._broke(error)
        finally:
            self._queued = None

    def _broke(self, error: Exception) -> None:
        # The server tells the socket's own loop that it is gone; here only this one line ends.
        self.is_open = False
        log.info("line_broke", user_id=self.caller.user_id, error=repr(error))


class _Resumed:
    """Goes on with an awaitable that was already started and has given up its first wait."""

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
            except StopIteration as end:
                return end.value


# The event loop holds its tasks weakly.
_tasks: set[asyncio.Future[Any]] = set()


class Arrival:
    """A socket that is being authenticated and has not joined the hub yet, with the devices signed out meanwhile."""

    __slots__ = ("ended_devices",)

    def __init__(self) -> None:
        self.ended_devices: set[int] = set()


def _keep(task: asyncio.Future[Any]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


class Hub:
    """
    The lines of one process, by person, device and watched topic.

    Everything but ``post`` belongs to the event loop that the lines live on. Whoever has no line left is not in any of
    the tables.
    """

    def __init__(self) -> None:
        self._lines: dict[int, dict[Line, None]] = {}  # By user, the oldest first.
        self._watchers: dict[str, dict[Line, None]] = {}
        self._arrivals: set[Arrival] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._posted: deque[tuple[float, Callable[..., None], tuple[Any, ...]]] = deque()
        self._is_woken = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(len(lines) for lines in self._lines.values())

    @property
    def topics(self) -> Collection[str]:
        """What is watched by anybody here."""
        return self._watchers.keys()

    def every_line(self) -> list[Line]:
        return [line for lines in self._lines.values() for line in lines]

    def lines_of(self, user_id: int) -> list[Line]:
        """The lines of a person, the oldest first."""
        return list(self._lines.get(user_id, ()))

    @contextmanager
    def arriving(self) -> Iterator[Arrival]:
        """
        Collect the devices that are signed out during this block.

        Between the look at its session and its join, a socket is not in the hub and would miss its own sign-out.
        """
        self._live_on(asyncio.get_running_loop())
        arrival = Arrival()
        self._arrivals.add(arrival)
        try:
            yield arrival
        finally:
            self._arrivals.discard(arrival)

    def join(self, line: Line, arrival: Arrival | None = None) -> None:
        """
        Let a line hear what its person may hear. Above the limit the person's oldest one is closed; so is one whose
        device was signed out while it arrived.
        """
        self._live_on(asyncio.get_running_loop())
        lines = self._lines.setdefault(line.caller.user_id, {})
        lines[line] = None
        sockets.inc()
        if len(lines) > LINES_PER_USER_MAX:
            self.end(next(iter(lines)), CLOSE_TOO_MANY)
        if arrival is not None and line.caller.device_id in arrival.ended_devices:
            self.end(line, CLOSE_NOT_LOGGED_IN)

    def leave(self, line: Line) -> None:
        """Forget a line. Leaving twice is leaving once."""
        lines = self._lines.get(line.caller.user_id)
        if lines is None or line not in lines:
            return
        del lines[line]
        sockets.dec()
        if not lines:
            del self._lines[line.caller.user_id]
        for topic in list(line.topics):
            self.unwatch(line, topic)

    def watch(self, line: Line, topic: str) -> None:
        self._watchers.setdefault(topic, {})[line] = None
        line.topics.add(topic)

    def unwatch(self, line: Line, topic: str) -> None:
        watchers = self._watchers.get(topic)
        if watchers is None or line not in watchers:
            return
        del watchers[line]
        line.topics.discard(topic)
        if not watchers:
            del self._watchers[topic]

    def deliver(self, user_ids: Iterable[int], encoded: bytes, not_to: Collection[int] = ()) -> None:
        """Hand one hint to every line of these people, but for those of the numbers in ``not_to``."""
        frame: Frame | None = None
        for user_id in user_ids:
            lines = self._lines.get(user_id)
            if lines is not None:
                frame = frame or Frame(encoded)
                self._hint(lines, frame, not_to)

    def deliver_topic(self, topic: str, encoded: bytes) -> None:
        """Hand one hint to every line that watches the topic."""
        watchers = self._watchers.get(topic)
        if watchers is not None:
            self._hint(watchers, Frame(encoded))

    def deliver_all(self, encoded: bytes) -> None:
        """Hand one hint to every line."""
        frame = Frame(encoded)
        for lines in list(self._lines.values()):
            self._hint(lines, frame)

    def _hint(self, lines: dict[Line, None], frame: Frame, not_to: Collection[int] = ()) -> None:
        for line in lines:
            if line.number not in not_to:
                line.hint(frame)
            # A line that was cut is still in the tables until its socket's own loop hears of it; it hears nothing
            # meanwhile.

    def end_device(self, device_id: int) -> None:
        """Close the lines of a device that was signed out, those included that are about to join."""
        for arrival in self._arrivals:
            arrival.ended_devices.add(device_id)
        for line in self.every_line():
            if line.caller.device_id == device_id:
                self.end(line, CLOSE_NOT_LOGGED_IN)

    def end(self, line: Line, code: int) -> None:
        """Close a line, and forget it."""
        line.close(code)
        self.leave(line)

    def post(self, action: Callable[..., None], *args: Any) -> None:
        """
        Have ``action`` called on the hub's loop, in the order of posting; from any thread, without waiting.

        However much is posted while the loop is busy, it is woken once. A process without sockets has no loop, and
        nobody to tell.
        """
        self.post_all([(action, args)])

    def post_all(self, calls: Iterable[tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
        """The same for several, one after the other."""
        now = time.monotonic()
        with self._lock:
            loop = self._loop
            if loop is None:
                return
            self._posted.extend((now, action, args) for action, args in calls)
            if self._is_woken:
                return
            self._is_woken = True
        if asyncio._get_running_loop() is loop:
            self._run_posted()
            return
        try:
            loop.call_soon_threadsafe(self._run_posted)
        except RuntimeError:  # The loop has been closed since.
            self._forget_loop(loop)

    def _run_posted(self) -> None:
        while True:
            with self._lock:
                if not self._posted:
                    self._is_woken = False
                    return
                batch, self._posted = self._posted, deque()
            hint_lag.observe(time.monotonic() - batch[0][0])
            for _, action, args in batch:
                try:
                    action(*args)
                except Exception:  # One hint that cannot be told must not silence the rest for ever.
                    log.exception("hint_failed")

    def _live_on(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is loop:
            return
        if self._loop is not None:
            self._forget_loop(self._loop)
        self._loop = loop

    def _forget_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        # Sockets of a loop that has ended cannot be told anything any more.
        with self._lock:
            if self._loop is loop:
                sockets.dec(len(self))
                self._lines.clear()
                self._watchers.clear()
                self._arrivals.clear()
                self._posted.clear()
                self._is_woken = False
                self._loop = None


hub = Hub()
