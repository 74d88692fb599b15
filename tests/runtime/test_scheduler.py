"""The loop of the work that must happen."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, transaction
from prometheus_client import REGISTRY

from superapp.core import outbox, scheduler
from tests.core.conftest import Noted


@pytest.fixture(autouse=True)
def only_these(monkeypatch):
    """No duties but those that the test registers."""
    monkeypatch.setattr(scheduler, "periodic_tasks", {})


@pytest.fixture
def running(real_db):
    """A loop on a thread, as the embedded server runs it."""
    loop = scheduler.SchedulerLoop()
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield loop
    loop.stop()
    thread.join(10)
    assert not thread.is_alive()


def runs(verb: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("nusa_work_runs_total", {"verb": verb, "outcome": outcome}) or 0.0


def test_periodic_task_runs_when_due(real_db):
    calls = []
    scheduler.every(seconds=3_600)(lambda now: calls.append(now) or 1)
    failed, done = runs("outbox", "failed"), runs("outbox", "done")
    loop = scheduler.SchedulerLoop()

    loop.run_due()
    loop.run_due()

    assert len(calls) == 1
    assert (runs("outbox", "failed"), runs("outbox", "done")) == (failed, done + 2)


def test_failing_periodic_task_is_counted_and_others_run(real_db):
    done = []

    @scheduler.every(seconds=0)
    def broken(now):
        raise RuntimeError("on purpose")

    @scheduler.every(seconds=0)
    def sound(now):
        done.append(now)
        return 3

    failed = runs(f"{__name__}.broken", "failed")
    loop = scheduler.SchedulerLoop()
    loop.run_due()
    loop.run_due()

    assert runs(f"{__name__}.broken", "failed") == failed + 2
    assert runs(f"{__name__}.broken", "done") == 0
    assert len(done) == 2
    assert REGISTRY.get_sample_value("nusa_work_handled_total", {"verb": f"{__name__}.sound"}) == 6


def test_unreachable_database_is_logged_in_one_line(real_db, caplog):
    @scheduler.every(seconds=3_600)
    def unreachable(now):
        raise OperationalError("connection refused")

    scheduler.SchedulerLoop().run_due()

    [line] = [record.msg for record in caplog.records if record.msg["verb"] == f"{__name__}.unreachable"]
    assert (line["event"], line["level"], line["error"]) == ("work_unavailable", "warning", "connection refused")
    assert "exc_info" not in line


def test_duplicate_periodic_task_name_is_refused():
    def tidy(now):
        return 0

    scheduler.every(seconds=1)(tidy)

    with pytest.raises(ValueError, match="two verbs of the work loop are called"):
        scheduler.every(seconds=1)(tidy)


def test_fact_of_this_process_is_delivered_at_once(hear, note, running, monkeypatch):
    heard_it = threading.Event()
    heard = hear(lambda text: heard_it.set())
    # Were it not woken, the loop would look again after a minute.
    monkeypatch.setattr(scheduler, "POLL_SECONDS", 60)
    outbox.published.set()

    note("a1")

    assert heard_it.wait(5)
    assert heard == ["a1"]


def test_fact_of_a_rolled_back_transaction_wakes_nobody(real_db):
    @transaction.atomic
    def publish_and_fail() -> None:
        outbox.publish(Noted(book="a", line=1))
        raise RuntimeError("on purpose")

    outbox.published.clear()
    with pytest.raises(RuntimeError):
        publish_and_fail()

    assert not outbox.published.is_set()


def test_stop_waits_for_the_running_task(real_db):
    entered, leave, finished = threading.Event(), threading.Event(), []

    @scheduler.every(seconds=3_600)
    def slow(now):
        entered.set()
        leave.wait(10)
        finished.append(now)
        return 1

    loop = scheduler.SchedulerLoop()
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert entered.wait(5)
    loop.stop()
    leave.set()
    thread.join(5)

    assert not thread.is_alive()
    assert len(finished) == 1


def test_item_that_fails_leaves_the_others_their_turn():
    def handle(item):
        if item == 2:
            raise RuntimeError("on purpose")
        return item

    assert scheduler.run_each([1, 2, 3], handle) == 4


def test_unavailable_database_ends_the_run_of_items():
    handled = []

    def handle(item):
        handled.append(item)
        raise OperationalError("away")

    with pytest.raises(OperationalError):
        scheduler.run_each([1, 2], handle)
    assert handled == [1]
