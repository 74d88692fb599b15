"""
The tap on hints: facts are taken from what this process sends to open sockets, so that posting waits for nothing.

A thread writes them down a moment later. A process that dies in between loses the notification and never the message.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Sequence

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from superapp.core import clock, infrastructure_errors
from superapp.notifications.actions import notices
from superapp.notifications.domain.sources import HintedFact, Source, registered_sources
from superapp.realtime import bus
from superapp.realtime.bus import UserHint

# Facts of a moment are written together.
GATHER_SECONDS = 0.5
WAITING_MAX = 20_000

log = structlog.get_logger(__name__)


class FactTap:
    """A queue of hints that may carry a fact, and the thread that writes them down."""

    def __init__(self) -> None:
        self._waiting: deque[UserHint] = deque(maxlen=WAITING_MAX)
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._prefixes: tuple[bytes, ...] = ()

    def open(self) -> None:
        """Start to take facts from the hints of this process."""
        self._prefixes = tuple(source.hint_prefix for source in registered_sources() if source.hint_prefix)
        bus.add_observer(self.observe)

    def observe(self, user_hints: Sequence[UserHint]) -> None:
        """Queue the hints that may carry a fact; called by whoever sends them, and never waits."""
        for one in user_hints:
            if one.encoded.startswith(self._prefixes):
                self._waiting.append(one)
                self._start()
                self._wake.set()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="notification-tap", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            threading.Event().wait(GATHER_SECONDS)
            close_old_connections()
            self.flush()
            close_old_connections()

    def flush(self) -> None:
        """Write down what is queued."""
        facts = list(self._drain())
        if not facts:
            return
        try:
            notices.collect(facts, now=clock.now())
        except (DatabaseError, InterfaceError) as error:
            log.warning("notifications_not_noted", facts=len(facts), error=infrastructure_errors.summarize(error))

    def _drain(self) -> list[tuple[HintedFact, Collection[int]]]:
        """Empty the queue, and return the facts that its hints carry, each with the user ids it was sent to."""
        sources = registered_sources()
        found: list[tuple[HintedFact, Collection[int]]] = []
        while self._waiting:
            one = self._waiting.popleft()
            fact = _read(sources, one.encoded)
            if fact is not None:
                found.append((fact, one.user_ids))
        return found


def _read(sources: list[Source], encoded: bytes) -> HintedFact | None:
    for source in sources:
        if source.hint_prefix and encoded.startswith(source.hint_prefix):
            return source.read_hint(encoded)
    return None


tap = FactTap()
