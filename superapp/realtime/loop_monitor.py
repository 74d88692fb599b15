"""A monitor that notices when the event loop is held up, and logs the cause."""

from __future__ import annotations

import asyncio
import gc
import time

import structlog
from prometheus_client import Histogram

INTERVAL_SECONDS = 0.05
STALL_SECONDS = 0.1

log = structlog.get_logger(__name__)
loop_lag = Histogram(
    "nusa_loop_late_seconds",
    "Delay of the event loop behind its scheduled ticks.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)


class LoopMonitor:
    """
    A timer on the event loop that logs a warning with the cause when it is late by more than 100 ms.

    Causes are ``collector`` (garbage collection), ``machine`` (the process got little CPU time), ``thread`` (other
    threads of the process used it), or ``loop`` (a callback on the loop ran too long).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._collecting_since = 0.0
        self._collected_seconds = 0.0
        gc.callbacks.append(self._collects)
        self._expect()

    def _collects(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._collecting_since = time.perf_counter()
        else:
            self._collected_seconds += time.perf_counter() - self._collecting_since

    def _expect(self) -> None:
        self._expected = time.perf_counter() + INTERVAL_SECONDS
        self._process_seconds = time.process_time()
        self._thread_seconds = time.thread_time()
        self._collected_seconds = 0.0
        self.loop.call_later(INTERVAL_SECONDS, self._beat)

    def _beat(self) -> None:
        late = max(0.0, time.perf_counter() - self._expected)
        loop_lag.observe(late)
        if late > STALL_SECONDS:
            log.warning("loop_stalled", late_ms=round(late * 1_000), cause=self._cause(late))
        self._expect()

    def _cause(self, late: float) -> str:
        if self._collected_seconds > late / 2:
            return "collector"
        if time.process_time() - self._process_seconds < late / 2:
            return "machine"
        return "loop" if time.thread_time() - self._thread_seconds > late / 2 else "thread"


_monitor: LoopMonitor | None = None


def start() -> None:
    """Start monitoring the running loop. Idempotent."""
    global _monitor
    loop = asyncio.get_running_loop()
    if _monitor is None or _monitor.loop is not loop:
        if _monitor is not None:
            gc.callbacks.remove(_monitor._collects)
        _monitor = LoopMonitor(loop)
