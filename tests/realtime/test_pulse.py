"""A loop that stands still is noticed, with what held it up."""

from __future__ import annotations

import gc
import time

import pytest

from superapp.realtime import pulse


@pytest.fixture
def beating(connect, make_user):
    """The loop of the test's sockets, with a pulse."""
    connect(make_user("ana"))


def causes(caplog):
    return [record.msg["cause"] for record in caplog.records if isinstance(record.msg, dict) and "cause" in record.msg]


def settle():
    time.sleep(pulse.BEAT_SECONDS * 3)


def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_work_that_takes_too_long_on_the_loop_is_named(beating, loop, caplog):
    loop.call(spin, 0.4)
    settle()

    assert causes(caplog) == ["loop"]


def test_a_loop_that_was_not_given_the_processor_says_so(beating, loop, caplog):
    loop.call(time.sleep, 0.4)
    settle()

    assert causes(caplog) == ["machine"]


def test_the_collector_is_named(beating, loop, caplog):
    def collect():
        for callback in gc.callbacks:
            callback("start", {})
        spin(0.4)
        for callback in gc.callbacks:
            callback("stop", {})

    loop.call(collect)
    settle()

    assert causes(caplog) == ["collector"]


def test_a_loop_that_keeps_time_says_nothing(beating, loop, caplog):
    loop.call(time.sleep, 0.03)
    settle()

    assert causes(caplog) == []
