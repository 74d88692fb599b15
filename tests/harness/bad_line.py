"""A line between a browser and the server that is cut, stalls and is half-closed, as lines on the move are."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.harness.ports import free_port

PIECE_BYTES = 8_192
# So fast while it is bad: an upload lasts long enough to be cut in its middle.
BYTES_PER_SECOND = 1_500_000
# A spell of faults, then a rest in which so much gets through, or so long: a client that never gets on waits ever
# longer before it tries again. Bytes and not seconds, so that a slow machine is not struck more often for its work.
SPELL_SECONDS = 1.2
REST_BYTES = (40_000, 300_000)
REST_SECONDS = (2, 60)
BETWEEN_FAULTS_SECONDS = (0.2, 0.8)
STALL_SECONDS = (0.5, 2.5)
FAULTS = ("cut", "cut in a piece", "stall", "server hears no more", "browser hears no more", "swallow, then cut")
UP, DOWN = 0, 1


class Connection:
    """One connection through the line: what comes in at either end goes out at the other, while nothing hinders it."""

    def __init__(self, line: BadLine, browser: socket.socket, server: socket.socket) -> None:
        self._line = line
        # What is read for each direction, and where it goes.
        self._ends = {UP: (browser, server), DOWN: (server, browser)}
        self._flows = threading.Event()
        self._flows.set()
        self._is_swallowed = {UP: False, DOWN: False}
        self._breaks_next = False
        self._open = {UP, DOWN}
        self._lock = threading.Lock()
        for way in (UP, DOWN):
            threading.Thread(target=self._carry, args=(way,), daemon=True).start()

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def hit(self, fault: str, chance: random.Random) -> None:
        """Do one of ``FAULTS`` to this connection."""
        if fault == "cut":
            self.cut()
        elif fault == "cut in a piece":
            self._breaks_next = True
        elif fault == "stall":
            self._flows.clear()
            self._later(chance.uniform(*STALL_SECONDS), self._flows.set)
        elif fault == "swallow, then cut":
            self._is_swallowed[UP] = True
            self._later(chance.uniform(*STALL_SECONDS), self.cut)
        else:
            way = UP if fault == "server hears no more" else DOWN
            self._is_swallowed[way] = True
            with suppress(OSError):
                self._ends[way][1].shutdown(socket.SHUT_WR)
            self._later(chance.uniform(*STALL_SECONDS), self.cut)

    def cut(self) -> None:
        """Reset both ends: what was under way is lost."""
        with self._lock:
            self._open.clear()
        self._flows.set()
        for end in self._ends[UP]:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Wakes the thread that reads, which a closing does not.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                end.close()

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, then)
        timer.daemon = True
        timer.start()

    def _carry(self, way: int) -> None:
        source, sink = self._ends[way]
        try:
            while piece := source.recv(PIECE_BYTES):
                self._flows.wait()
                if self._is_swallowed[way]:
                    continue
                if self._breaks_next and len(piece) > 1:
                    sink.sendall(piece[: len(piece) // 2])
                    self._line.faults["cut in a piece"] += 1
                    self.cut()
                    return
                sink.sendall(piece)
                if way == UP:
                    self._line.carried_up += len(piece)
                if self._line.is_bad:
                    time.sleep(len(piece) / BYTES_PER_SECOND)
            with self._lock:
                self._open.discard(way)
                is_over = not self._open
            sink.shutdown(socket.SHUT_WR)
            if is_over:
                self.cut()
        except OSError:
            self.cut()


class BadLine:
    """
    A way to a port of this machine: good at first, bad between ``worsen`` and ``recover``.

    ``faults`` counts what was done to connections.
    """

    def __init__(self, port: int, *, seed: int) -> None:
        self._to = port
        self._chance = random.Random(seed)
        self._port = free_port()
        self._listener = socket.socket()
        self._connections: list[Connection] = []
        self._is_over = threading.Event()
        self.is_bad = False
        self.carried_up = 0
        self.faults: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._port}"

    def start(self) -> None:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self._port))
        self._listener.listen(128)
        for work in (self._accept, self._rage):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        self._is_over.set()
        # Wakes the thread that accepts.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            connection.cut()

    def worsen(self) -> None:
        self.is_bad = True

    def recover(self) -> None:
        self.is_bad = False

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                browser.close()
                continue
            server.settimeout(None)
            for end in (browser, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections = [one for one in self._connections if one.is_open]
            self._connections.append(Connection(self, browser, server))

    def _rage(self) -> None:
        while self._rest():
            until = time.monotonic() + SPELL_SECONDS
            while self.is_bad and time.monotonic() < until and not self._is_over.is_set():
                self._strike()
                time.sleep(self._chance.uniform(*BETWEEN_FAULTS_SECONDS))

    def _rest(self) -> bool:
        """Wait until enough got through, and return whether the line goes on."""
        began, enough = time.monotonic(), self.carried_up + self._chance.uniform(*REST_BYTES)
        shortest, longest = REST_SECONDS
        while not self._is_over.wait(0.05):
            rested = time.monotonic() - began
            if rested > longest or (rested > shortest and self.carried_up > enough):
                return True
        return False

    def _strike(self) -> None:
        hit = [one for one in self._connections if one.is_open]
        fault = self._chance.choice(FAULTS)
        for connection in hit:
            connection.hit(fault, self._chance)
            if fault != "cut in a piece":
                # That one is counted once there was a piece to cut.
                self.faults[fault] += 1
