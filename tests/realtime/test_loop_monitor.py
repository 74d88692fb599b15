"""A loop that stands still is noticed, with what held it up."""

from __future__ import annotations

import gc

import pytest

from superapp.realtime import loop_monitor


class Clocks:
    """The clocks of a process, moved by hand: the wall's, the process's and the loop's own thread's."""

    def __init__(self) -> None:
        self.wall = self.process = self.thread = 100.0

    def perf_counter(self) -> float:
        return self.wall

    def process_time(self) -> float:
        return self.process

    def thread_time(self) -> float:
        return self.thread

    def pass_by(self, wall: float, process: float = 0.0, thread: float = 0.0) -> None:
        self.wall += wall
        self.process += process
        self.thread += thread


class HandLoop:
    """An event loop that beats when told to."""

    def call_later(self, _seconds, beat):
        self.beat = beat


@pytest.fixture
def clocks(monkeypatch):
    clocks = Clocks()
    monkeypatch.setattr(loop_monitor, "time", clocks)
    return clocks


@pytest.fixture
def loop(clocks):
    loop = HandLoop()
    beating = loop_monitor.LoopMonitor(loop)
    yield loop
    gc.callbacks.remove(beating._collects)


def causes(caplog):
    return [record.msg["cause"] for record in caplog.records if isinstance(record.msg, dict) and "cause" in record.msg]


@pytest.mark.parametrize(
    ("passed", "cause"),
    [
        ({"wall": 0.4, "process": 0.35, "thread": 0.35}, "loop"),
        ({"wall": 0.4, "process": 0.35, "thread": 0.05}, "thread"),
        ({"wall": 0.4, "process": 0.05, "thread": 0.05}, "machine"),
    ],
)
def test_stall_is_attributed_by_comparing_clocks(clocks, loop, caplog, passed, cause):
    clocks.pass_by(**passed)
    loop.beat()

    assert causes(caplog) == [cause]


def test_garbage_collector_stall_is_named(clocks, loop, caplog):
    own = gc.callbacks[-1]
    own("start", {})
    clocks.pass_by(0.4, 0.4, 0.4)
    own("stop", {})
    loop.beat()

    assert causes(caplog) == ["collector"]


def test_short_delay_of_the_loop_is_not_reported(clocks, loop, caplog):
    clocks.pass_by(loop_monitor.INTERVAL_SECONDS + 0.09)
    loop.beat()

    assert causes(caplog) == []


def test_each_stall_is_reported_once(clocks, loop, caplog):
    clocks.pass_by(0.4, 0.4, 0.4)
    loop.beat()
    clocks.pass_by(loop_monitor.INTERVAL_SECONDS)
    loop.beat()

    assert causes(caplog) == ["loop"]
