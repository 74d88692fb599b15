"""Running Daphne inside a command: from the first connection to the last."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

# Before anything else of Twisted: importing it installs the asyncio reactor.
from daphne.server import Server

# isort: split
import autobahn.util
import daphne.http_protocol
import structlog
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import tcp

from superapp.core import clock, open_file_limit, websocket_frames
from superapp.core.frame_limits import CLOSE_FLOOD, FRAMES_BURST, FRAMES_PER_SECOND, TokenBucket

MESSAGE_BYTES_MAX = 1024 * 1024
PING_SECONDS = 20
PONG_SECONDS_MAX = 30
# Twice the wait for a connection to the database: behind a lookup that waits for one, and then for one of its own.
HANDSHAKE_SECONDS_MAX = 10
CLOSING_SECONDS_MAX = 5
THREAD_SWITCH_SECONDS = 0.001
GC_THRESHOLD_OBJECTS = 10_000
SEND_BUFFER_BYTES_MAX = 4 * 1024 * 1024
READ_BYTES = 8 * 1024

log = structlog.get_logger(__name__)


class BoundedWebSocket(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types.
    """
    A socket that ends when its client lets more than ``SEND_BUFFER_BYTES_MAX`` lie, or floods it.

    Daphne takes whatever it is given and keeps it until the client reads it; Twisted says when it has begun to keep
    and when all is gone (``IPushProducer``). Messages are counted by the application above; what it never sees, control
    frames and the pieces of messages, is counted here, with twice the room. Of a socket that is closed for a flood
    nothing more is read.

    Whole text frames, which nearly all are, are read and written here. Autobahn prepares for every kind of frame and
    fragment, and for logs that nobody reads, with each: a quarter of what a message cost this process. Whatever else
    comes, and whatever breaks the protocol, is left to it.
    """

    _is_deaf = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name.
        at = 0
        while self._is_between_messages():
            found = websocket_frames.read_text_frame(data, at)
            if found is None:
                break
            text, at = found
            if self.autoPingTimeoutCall:  # Whoever speaks is there.
                self._cancelAutoPingTimeoutCall()
            self._hear(text)
        if at < len(data):
            super().dataReceived(data[at:])

    def _is_between_messages(self) -> bool:
        is_open: bool = self.state == self.STATE_OPEN
        return is_open and not self.data and self.current_frame is None and not self.inside_message

    def _hear(self, text: str) -> None:
        if not self.muted:
            self.last_ping = clock.now().timestamp()
            self.application_queue.put_nowait({"type": "websocket.receive", "text": text})

    def onOpen(self) -> None:  # noqa: N802  # Autobahn's name.
        # Of a flood, no more is taken apart in one go than others can wait for.
        self.transport.bufferSize = READ_BYTES
        self._frames = TokenBucket(per_second=2 * FRAMES_PER_SECOND, burst=2 * FRAMES_BURST)
        self._unread: int | None = None  # Not None: the client does not keep up.
        # In place of the HTTP channel, through which this connection began.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: N802, N803
        # A handshake that Autobahn refused never reached Daphne, which has nothing to end.
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's names, here and below.
        # Said again with every frame that is added.
        self._unread = self._unread or 0

    def resumeProducing(self) -> None:  # noqa: N802
        self._unread = None

    def stopProducing(self) -> None:  # noqa: N802
        pass

    def processData(self) -> bool:  # noqa: N802  # Autobahn's names, here and below.
        return False if self._is_deaf else bool(super().processData())

    def onFrameBegin(self) -> None:  # noqa: N802
        super().onFrameBegin()
        if not self._is_deaf and not self._frames.take():
            log.info("socket_flood_of_frames")
            self.serverClose(CLOSE_FLOOD)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802  # Daphne's name.
        super().serverClose(code)
        if code == CLOSE_FLOOD:
            # Autobahn ends the connection when no answer to the close has come in time.
            self._is_deaf = True
            self.transport.pauseProducing()

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:  # noqa: N802  # Daphne's name.
        if isinstance(content, str) and self.state == self.STATE_OPEN and not self.send_queue:
            self.transport.write(websocket_frames.encode_text_frame(content))
        else:
            super().serverSend(content, binary)
        if self._unread is not None:
            self._unread += len(content)
            if self._unread > SEND_BUFFER_BYTES_MAX:
                log.info("socket_unread", bytes=self._unread)
                self.transport.abortConnection()


class StreamedBodyRequest(WebRequest):  # type: ignore[misc]
    """A request whose body is left to Django. Twisted would hold a form's in memory, and refuse a broken one itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "parsePOSTFormSubmission": False})


class LowLatencyConnection(tcp.Server):
    """
    A connection that writes as soon as the loop has a moment, and asks to be told of room only when there was none.

    Twisted asks first and takes it back after the write: two system calls more for every frame.
    """

    _will_flush = False

    def startWriting(self) -> None:  # noqa: N802  # Twisted's name.
        if self.dataBuffer:  # There was no room.
            super().startWriting()  # type: ignore[no-untyped-call]  # Twisted has few types.
        elif not self._will_flush:
            self._will_flush = True
            self.reactor._asyncioEventloop.call_soon(self._flush)

    def _flush(self) -> None:
        self._will_flush = False
        if not self.connected:
            return
        # As the loop would call it: what goes wrong there ends the connection.
        self.reactor._readOrWrite(self, False)
        if self.connected and (self.dataBuffer or self._tempDataBuffer):
            super().startWriting()  # type: ignore[no-untyped-call]  # Twisted has few types.


tcp.Port.transport = LowLatencyConnection
WebSocketFactory.protocol = BoundedWebSocket
daphne.http_protocol.WebRequest = StreamedBodyRequest


def run(
    application: Any,
    *,
    host: str,
    port: int,
    drain: Callable[[], Awaitable[None]],
    ready: Callable[[], None] = lambda: None,
) -> bool:
    """
    Serve until SIGTERM or ^C, and say whether it came to listening.

    On a signal, open sockets are drained first; a second signal does not wait for them. ``ready`` is called once it
    listens.
    """
    open_file_limit.raise_limit()
    # Batchers and commands run beside the event loop. At Python's 5 ms they would wait that long for their turn after
    # every answer of the database; at a tenth of a millisecond, taking turns costs a sixth of what a process does.
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    # Celery brings click, with which Autobahn colours what it would log of every frame, though it logs none of it: a
    # tenth of the loop's time.
    autobahn.util._HAS_CLICK = False
    # What is loaded now stays, so the collector need not look through it each time while everybody waits.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD_OBJECTS, *gc.get_threshold()[1:])
    server = Server(
        application,
        endpoints=[f"tcp:port={port}:interface={host.replace(':', chr(92) + ':')}"],
        signal_handlers=False,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS_MAX,
        websocket_handshake_timeout=HANDSHAKE_SECONDS_MAX,
        websocket_max_message_size=MESSAGE_BYTES_MAX,
        websocket_max_frame_size=MESSAGE_BYTES_MAX,
        application_close_timeout=CLOSING_SECONDS_MAX,
        verbosity=0,
        server_name="",
    )

    from twisted.internet import reactor

    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
    stopping: list[asyncio.Task[None]] = []

    async def stop() -> None:
        await drain()
        server.stop()

    def on_signal() -> None:
        if stopping:
            server.stop()
        else:
            stopping.append(loop.create_task(stop()))

    def on_start() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, on_signal)
        if server.listening_addresses:
            ready()

    reactor.callWhenRunning(on_start)
    server.run()
    return bool(server.listening_addresses)
