"""Turns: who waited longest is next, and none is ever lost; writers of SQLite take them."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from superapp.accounts.models import Device
from superapp.core import clock, fair_semaphore
from superapp.core.errors import Unavailable
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.models import Instance
from superapp.core.sqlite import base
from tests.harness.servers import wait_until

WAIT = 10


def test_lock_is_granted_in_order_of_waiting():
    lock = FairSemaphore(1)
    lock.acquire(WAIT)
    order: list[int] = []

    def wait_for_turn(number: int) -> None:
        assert lock.acquire(WAIT)
        order.append(number)
        lock.release()

    threads = [threading.Thread(target=wait_for_turn, args=(number,)) for number in range(8)]
    for count, thread in enumerate(threads, start=1):
        thread.start()
        wait_until(lambda count=count: len(lock._waiting) == count, "one more in the line")
    lock.release()
    for thread in threads:
        thread.join(WAIT)

    assert order == [0, 1, 2, 3, 4, 5, 6, 7]


def test_abandoned_wait_leaves_no_gap_in_the_queue():
    lock = FairSemaphore(1)
    lock.acquire(WAIT)

    came_to_its_turn = lock.acquire(0.01)
    lock.release()

    assert not came_to_its_turn
    assert lock.acquire(0.01)


def test_slot_granted_as_the_wait_ends_is_taken(monkeypatch):
    lock = FairSemaphore(1)
    lock.acquire(WAIT)

    class HandedOverTooLate(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            lock.release()
            return False

    monkeypatch.setattr(fair_semaphore.threading, "Event", HandedOverTooLate)

    assert lock.acquire(0.01)
    assert not lock._free
    assert not lock._waiting


def test_semaphore_admits_no_more_than_its_limit():
    two = FairSemaphore(2)

    with two.acquired(WAIT), two.acquired(WAIT), pytest.raises(Unavailable), two.acquired(0.01):
        pass

    with two.acquired(WAIT), two.acquired(WAIT):
        assert not two.acquire(0.01)


def test_failing_holder_releases_its_slot():
    one = FairSemaphore(1)

    with pytest.raises(ZeroDivisionError), one.acquired(WAIT):
        raise ZeroDivisionError

    assert one.acquire(0.01)


def test_counter_under_many_writers_loses_nothing(real_db, in_threads):
    def count() -> None:
        for _ in range(25):
            with transaction.atomic():
                instance = Instance.objects.select_for_update().get()
                instance.epoch += 1
                instance.save()

    outcomes = in_threads(count, count, count, count)

    assert outcomes == [None] * 4
    assert Instance.objects.get().epoch == 101


def somebody_else_can_write(in_threads: Callable[..., list[object]]) -> bool:
    """Return whether another thread gets a turn soon."""
    started = time.monotonic()

    def write() -> None:
        with transaction.atomic():
            Instance.objects.update(epoch=99)

    return in_threads(write) == [None] and time.monotonic() - started < 5


@pytest.mark.embedded_only
def test_failed_commit_releases_the_slot(real_db, in_threads):
    now = clock.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        # The foreign key is deferred: nobody has this number, and the commit says so.
        Device.objects.create(user_id=404, session_key="k", name="n", signed_in_at=now, last_seen_at=now)

    assert somebody_else_can_write(in_threads)
    assert not Device.objects.exists()


@pytest.mark.embedded_only
def test_rollback_releases_the_slot(real_db, in_threads):
    with transaction.atomic():
        Instance.objects.update(epoch=5)
        transaction.set_rollback(True)

    assert somebody_else_can_write(in_threads)


@pytest.mark.embedded_only
def test_connection_closed_inside_a_transaction_releases_the_slot(real_db, in_threads):
    with transaction.atomic():
        Instance.objects.update(epoch=5)
        connection.close()
        others_write = somebody_else_can_write(in_threads)

    assert others_write
    assert Instance.objects.get().epoch == 99


@pytest.mark.embedded_only
def test_failed_begin_releases_the_slot(real_db, in_threads):
    stranger = sqlite3.connect(real_db.var_dir / "nusa.sqlite3", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")

    with pytest.raises(OperationalError), transaction.atomic():
        Instance.objects.update(epoch=5)
    stranger.execute("ROLLBACK")
    stranger.close()

    assert somebody_else_can_write(in_threads)


@pytest.mark.embedded_only
def test_savepoints_take_no_second_slot(real_db, in_threads):
    with transaction.atomic():
        with transaction.atomic():
            Instance.objects.update(epoch=5)
        with transaction.atomic():
            Instance.objects.update(epoch=6)

    assert Instance.objects.get().epoch == 6
    assert somebody_else_can_write(in_threads)


@pytest.mark.embedded_only
def test_writer_waiting_too_long_gets_database_locked(real_db, in_threads, monkeypatch):
    monkeypatch.setattr(base, "WRITE_WAIT_SECONDS_MAX", 0.05)

    def write() -> None:
        with transaction.atomic():
            Instance.objects.update(epoch=99)

    with transaction.atomic():
        Instance.objects.update(epoch=5)
        [outcome] = in_threads(write)

    assert isinstance(outcome, OperationalError)
    assert Instance.objects.get().epoch == 5
