"""A client of many sockets that costs next to nothing: epoll, and frames taken apart by hand."""

from __future__ import annotations

import itertools
import select
import socket
import time
from collections.abc import Callable

PUBLIC_URL = "http://localhost"  # Without a port: the embedded server puts its own in place of the default one.
CHUNK = 262_144
SWEEPS = 20
TEXT, CLOSE, PING = 0x81, 0x88, 0x89


def frame(payload: bytes) -> bytes:
    """A masked text frame. The mask is zero, which leaves the payload as it is."""
    return _header(TEXT, len(payload)) + payload


def _header(kind: int, size: int) -> bytes:
    if size < 126:
        return bytes((kind, 0x80 | size)) + b"\0\0\0\0"
    return bytes((kind, 0x80 | 126)) + size.to_bytes(2, "big") + b"\0\0\0\0"


class SocketConnection:
    """One open socket."""

    __slots__ = ("_rest", "fd", "heard", "is_open", "number", "socket", "told")

    def __init__(self, number: int, port: int, path: str, session_key: str = "", *, waits: bool = True) -> None:
        """Open a socket. Unless it ``waits``, the caller reads from it until it ``is_open``."""
        self.number = number
        self.is_open = False
        self.heard = 0  # Hints so far,
        self.told = 0  # and how many of them were acknowledged.
        self.socket = socket.socket()
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self.socket.fileno()
        self.socket.sendall(_request(port, path, session_key))
        self._rest = b""
        while waits and not self.is_open:
            data = self.socket.recv(CHUNK)
            if not data:
                raise ConnectionError(self._rest)
            self._rest += data
            self._opened()

    def _opened(self) -> None:
        head, is_whole, rest = self._rest.partition(b"\r\n\r\n")
        if not is_whole:
            return
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head)
        self.is_open, self._rest = True, rest

    def wait_for(self, marker: bytes) -> bytes:
        """Read until a frame that begins so, and return it."""
        while True:
            for payload in self.frames(b""):
                if payload.startswith(marker):
                    return payload
            more = self.socket.recv(CHUNK)
            if not more:
                raise ConnectionError("closed")
            self._rest += more

    def read(self) -> list[bytes]:
        """The payloads of all frames that are here."""
        data = self.socket.recv(CHUNK)
        if not data:
            raise ConnectionError(f"line {self.number} was closed")
        return self.frames(data)

    def frames(self, data: bytes) -> list[bytes]:
        if self._rest:
            data = self._rest + data
        if not self.is_open:
            self._rest = data
            self._opened()
            if not self.is_open:
                return []
            data = self._rest
        payloads, at, end = [], 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + size > end:
                break
            if data[at] == TEXT:
                payloads.append(data[start : start + size])
            elif data[at] == PING:
                self.socket.sendall(_header(0x8A, size) + data[start : start + size])
            elif data[at] == CLOSE:
                raise ConnectionError(f"closed with {int.from_bytes(data[start : start + 2], 'big')}")
            at = start + size
        self._rest = data[at:]
        return payloads

    def send(self, ready_frame: bytes) -> None:
        self.socket.sendall(ready_frame)

    def hear(self, count: int = 1) -> None:
        """Count hints, and acknowledge every twentieth at the latest."""
        self.heard += count
        if self.heard - self.told >= 20:
            self.acknowledge()

    def acknowledge(self) -> None:
        if self.heard > self.told:
            self.told = self.heard
            self.socket.sendall(frame(b'{"ack":%d}' % self.heard))

    def close(self) -> None:
        self.socket.close()


def _request(port: int, path: str, session_key: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: app.v1\r\nOrigin: {PUBLIC_URL}\r\n"
        f"Cookie: sessionid={session_key}\r\n\r\n"
    ).encode()


class ConnectionPoller:
    """Many lines, read as they become readable."""

    def __init__(self, lines: list[SocketConnection]) -> None:
        self.lines = lines
        self._by_fd = {line.fd: line for line in lines}
        self._epoll = select.epoll()
        for line in lines:
            self._epoll.register(line.fd, select.EPOLLIN)
        self._swept_at = time.monotonic()
        self._sweep = itertools.cycle(range(SWEEPS))

    def until(
        self,
        is_over: Callable[[], bool],
        on_frames: Callable[[SocketConnection, list[bytes]], None],
        on_idle: Callable[[], float] = lambda: 0.05,
    ) -> None:
        """
        Hand over what comes until it is over. ``on_idle`` is called between looks and says how long the next one may
        wait.

        Once a second everybody acknowledges what they heard, as clients do, and as with them not all at once.
        """
        while not is_over():
            for fd, _ in self._epoll.poll(max(0.0, on_idle()), maxevents=512):
                line = self._by_fd[fd]
                on_frames(line, line.read())
            if time.monotonic() - self._swept_at > 1 / SWEEPS:
                self._swept_at = time.monotonic()
                for line in self.lines[next(self._sweep) :: SWEEPS]:
                    line.acknowledge()

    def close(self) -> None:
        self._epoll.close()
        for line in self.lines:
            line.close()
