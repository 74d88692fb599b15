"""Daphne run by a management command, from start to graceful stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

# Before the rest of Twisted: importing it installs the asyncio reactor.
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
from superapp.core.garbage_collection import collect_rarely
from superapp.core.websocket_frames import WRITE_FRAME

MESSAGE_BYTES_MAX = 1024 * 1024
PING_SECONDS = 20
PONG_SECONDS_MAX = 30
# Twice the wait for a database connection: a lookup may be behind another one that waits, and then wait itself.
HANDSHAKE_SECONDS_MAX = 10
CLOSING_SECONDS_MAX = 5
THREAD_SWITCH_SECONDS = 0.001
SEND_BUFFER_BYTES_MAX = 4 * 1024 * 1024
READ_BYTES = 8 * 1024

log = structlog.get_logger(__name__)


class BoundedWebSocket(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types.
    """
    A WebSocket that is closed if the client does not read ``SEND_BUFFER_BYTES_MAX`` bytes, or floods the server.

    Daphne buffers without limit what the client does not read; Twisted reports when it begins to buffer and when
    the buffer is empty (``IPushProducer``). The application limits messages; control frames and fragments, which it
    never sees, are limited here, at twice the rate. After a flood nothing more is read.

    Whole text frames, which nearly all frames are, are parsed and written here. Autobahn prepares for all kinds of
    frames, fragments and unused logs, which was a quarter of the cost of a message in this process. All other
    frames, including invalid ones, are left to it.
    """

    _ignores_input = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name.
        at = 0
        while self._is_between_messages():
            found = websocket_frames.read_text_frame(data, at)
            if found is None:
                break
            text, at = found
            if self.autoPingTimeoutCall:  # The client has sent something, so that no pong is needed.
                self._cancelAutoPingTimeoutCall()
            self._deliver_text(text)
        if at < len(data):
            super().dataReceived(data[at:])

    def _is_between_messages(self) -> bool:
        is_open: bool = self.state == self.STATE_OPEN
        return is_open and not self.data and self.current_frame is None and not self.inside_message

    def _deliver_text(self, text: str) -> None:
        if not self.muted:
            self.last_ping = clock.now().timestamp()
            self.application_queue.put_nowait({"type": "websocket.receive", "text": text})

    def onOpen(self) -> None:  # noqa: N802  # Autobahn's name.
        # Limits how many bytes are parsed at once, so that a flood does not delay other sockets.
        self.transport.bufferSize = READ_BYTES
        self._frames = TokenBucket(per_second=2 * FRAMES_PER_SECOND, burst=2 * FRAMES_BURST)
        self._unread: int | None = None  # None unless the client is behind.
        # Replaces the HTTP channel, through which this connection began.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: N802, N803
        # A handshake that Autobahn refused never reached Daphne, which then has nothing to close.
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's names, here and below.
        # Called again for each frame that is added.
        self._unread = self._unread or 0

    def resumeProducing(self) -> None:  # noqa: N802
        self._unread = None

    def stopProducing(self) -> None:  # noqa: N802
        pass

    def processData(self) -> bool:  # noqa: N802  # Autobahn's names, here and below.
        return False if self._ignores_input else bool(super().processData())

    def onFrameBegin(self) -> None:  # noqa: N802
        super().onFrameBegin()
        if not self._ignores_input and not self._frames.take():
            log.info("socket_flood_of_frames")
            self.serverClose(CLOSE_FLOOD)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802  # Daphne's name.
        super().serverClose(code)
        if code == CLOSE_FLOOD:
            # Autobahn ends the connection if the close is not answered in time.
            self._ignores_input = True
            self.transport.pauseProducing()

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:  # noqa: N802  # Daphne's name.
        if isinstance(content, str) and self.state == self.STATE_OPEN and not self.send_queue:
            self.transport.write(websocket_frames.encode_text_frame(content.encode()))
        else:
            super().serverSend(content, binary)
        self._count_unread(len(content))

    def write_frame(self, frame: bytes) -> bool:
        """
        Write a frame of the server that is encoded already, without copying it; return False if that must wait.

        An application finds this method as ``WRITE_FRAME`` among the extensions of its scope. One frame goes to all
        members of a group: encoding it, and awaiting the server, once for each of them was two thirds of the cost.
        """
        if self.state != self.STATE_OPEN or self.send_queue:
            return False
        self.transport.write(frame)
        self._count_unread(len(frame))
        return True

    def _count_unread(self, size: int) -> None:
        if self._unread is not None:
            self._unread += size
            if self._unread > SEND_BUFFER_BYTES_MAX:
                log.info("socket_unread", bytes=self._unread)
                self.transport.abortConnection()


class FrameServer(Server):  # type: ignore[misc]  # Daphne has no types.
    """A server that lets the applications of its sockets write encoded frames."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "websocket":
            scope["extensions"] = {WRITE_FRAME: protocol.write_frame}
        return super().create_application(protocol, scope)


class StreamedBodyRequest(WebRequest):  # type: ignore[misc]  # Daphne has no types.
    """A request whose body Django parses. Twisted would hold a form in memory, and refuse a broken one itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "parsePOSTFormSubmission": False})


class LowLatencyConnection(tcp.Server):
    """
    A connection that writes in the next iteration of the loop, and waits for writability only if a write was
    incomplete.

    Twisted registers for writability before each write and unregisters after it: two more system calls for each
    frame.
    """

    _will_flush = False

    def startWriting(self) -> None:  # noqa: N802  # Twisted's name.
        if self.dataBuffer:  # The last write was incomplete.
            super().startWriting()  # type: ignore[no-untyped-call]  # Twisted has few types.
        elif not self._will_flush:
            self._will_flush = True
            self.reactor._asyncioEventloop.call_soon(self._flush)

    def _flush(self) -> None:
        self._will_flush = False
        if not self.connected:
            return
        # Called in the same way as by the reactor: an error ends the connection.
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
    Serve until SIGTERM or SIGINT, and return whether the server was able to listen.

    On a signal, open sockets are drained first; a second signal skips that. ``ready`` is called once it listens.
    """
    open_file_limit.raise_limit()
    # Batchers and commands run in threads beside the event loop. At Python's 5 ms they would wait that long for the
    # interpreter after each database response; at 0.1 ms, switching takes a sixth of the process's time.
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    # Celery installs click, with which Autobahn colours log text for each frame even if it is not logged: a tenth of
    # the loop's time.
    autobahn.util._HAS_CLICK = False
    collect_rarely()
    server = FrameServer(
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
