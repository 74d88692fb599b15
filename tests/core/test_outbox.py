"""Facts: heard if and only if committed, at least once, in the order of their key."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from superapp.core import clock, outbox
from superapp.core.models import Fact, Instance
from tests.core.conftest import Noted
from tests.harness.running_site import ROOT


def soon() -> object:
    """A moment at which everything published so far is due."""
    return clock.now() + timedelta(milliseconds=1)


def test_fact_is_refused_outside_a_transaction(real_db):
    with pytest.raises(transaction.TransactionManagementError):
        outbox.publish(Noted(book="a", line=1))

    assert not Fact.objects.exists()


def test_fact_is_delivered_once_and_deleted(db, note, hear):
    heard = hear()
    note("a1")

    handled = [outbox.deliver_due(soon()), outbox.deliver_due(soon())]

    assert handled == [1, 0]
    assert heard == ["a1"]
    assert not Fact.objects.exists()


def test_fact_of_a_rolled_back_transaction_is_never_delivered(db, hear):
    heard = hear()

    with transaction.atomic():
        outbox.publish(Noted(book="a", line=1))
        transaction.set_rollback(True)

    assert outbox.deliver_due(soon()) == 0
    assert heard == []


def test_fact_wakes_the_work_loop_after_the_commit_and_not_before(real_db):
    outbox.published.clear()

    with transaction.atomic():
        outbox.publish(Noted(book="a", line=1))
        is_woken_before = outbox.published.is_set()

    assert (is_woken_before, outbox.published.is_set()) == (False, True)


def test_facts_of_one_key_are_delivered_in_order(db, note, hear):
    heard = hear()
    note("b1", "a1", "b2", "a2", "a3")

    outbox.deliver_due(soon())

    assert heard == ["b1", "a1", "b2", "a2", "a3"]


def test_delivery_run_stops_at_its_fact_limit(db, note, hear):
    heard = hear()
    note("a1", "a2", "a3")

    handled = outbox.deliver_due(soon(), facts_max=2)

    assert handled == 2
    assert heard == ["a1", "a2"]


def test_failed_fact_delays_its_key_and_no_other(db, note, hear):
    broken = {"a1"}

    def fail_if_broken(text: str) -> None:
        if text in broken:
            raise LookupError("the page is missing")

    heard = hear(fail_if_broken)
    note("a1", "a2", "b1")
    start = soon()
    outbox.deliver_due(start)
    heard_at_first = list(heard)
    broken.clear()

    outbox.deliver_due(start + timedelta(seconds=1.9))
    outbox.deliver_due(start + timedelta(seconds=2))

    assert heard_at_first == ["b1"]
    assert heard == ["b1", "a1", "a2"]


def test_failed_fact_is_recorded_and_retried_with_doubling_delay(db, note, hear):
    def fail(text: str) -> None:
        raise LookupError("the page is missing")

    hear(fail)
    note("a1")
    now, waits = soon(), []

    for _ in range(outbox.ATTEMPTS_MAX):
        outbox.deliver_due(now)
        due_at = Fact.objects.get().due_at
        waits.append((due_at - now).total_seconds())
        now = due_at

    fact = Fact.objects.get()
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]
    assert (fact.tries, fact.last_error) == (12, "LookupError: the page is missing")
    assert fact.parked_at is not None


def test_parked_fact_keeps_what_follows_it_waiting_and_nothing_else(db, note, hear):
    heard = hear()
    note("a1", "a2", "b1")
    Fact.objects.filter(payload__line=1, key="book:a").update(parked_at=clock.now())

    outbox.deliver_due(clock.now() + timedelta(days=365))

    assert heard == ["b1"]
    assert list(Fact.objects.order_by("pk").values_list("key", flat=True)) == ["book:a", "book:a"]


def test_writes_of_a_failing_handler_are_rolled_back(db, note, hear):
    def write_then_fail(text: str) -> None:
        Instance.objects.update(epoch=7)
        raise LookupError

    hear(write_then_fail)
    note("a1")

    outbox.deliver_due(soon())

    assert Instance.objects.get().epoch == 1
    assert Fact.objects.get().tries == 1


def test_fact_of_an_unknown_type_waits_and_delays_no_other(db, note, hear):
    heard = hear()
    note("a1", "b1")
    Fact.objects.filter(key="book:a").update(name="tests.forgotten")

    outbox.deliver_due(soon())

    assert heard == ["b1"]
    assert Fact.objects.get().last_error == "KeyError: 'tests.forgotten'"


DIE_WHILE_DELIVERING = """
import os
from datetime import timedelta
import django
django.setup()
from superapp.core import clock, events, outbox
from tests.core.conftest import Noted
events.subscribe(Noted)(lambda event: print("heard", event.line, flush=True))
if os.environ["DIES"] == "yes":
    events.subscribe(Noted)(lambda event: os.kill(os.getpid(), 9))
outbox.deliver_due(clock.now() + timedelta(seconds=1))
"""


def test_fact_of_a_killed_worker_is_delivered_again(real_db, note):
    note("a1")

    def deliver(dies: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-c", DIE_WHILE_DELIVERING],
            env={**real_db.env, "DIES": dies},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    assert deliver("yes") == (-9, "heard 1\n")
    assert deliver("no") == (0, "heard 1\n")
    assert deliver("no") == (0, "")


@pytest.mark.served_only
def test_second_worker_takes_other_keys_and_never_overtakes(real_db, note, hear, in_threads):
    heard = two_workers(note, hear, in_threads)

    assert heard == ["b1", "a1", "a2"]


@pytest.mark.served_only
def test_workers_without_the_first_of_key_condition_overtake(real_db, note, hear, in_threads, monkeypatch):
    # ~Q(pk=None) is true of every row.
    monkeypatch.setattr(outbox, "Exists", lambda _earlier: Q(pk=None))

    heard = two_workers(note, hear, in_threads)

    assert heard == ["a2", "b1", "a1"]


def two_workers(note, hear, in_threads) -> list[str]:
    """Return the facts delivered when one worker is held up in a1 until the other has nothing more to do."""
    holds_first, may_go_on = threading.Event(), threading.Event()

    def hold_up(text: str) -> None:
        if text == "a1":
            holds_first.set()
            assert may_go_on.wait(10)

    heard = hear(hold_up)
    note("a1", "a2", "b1")
    due = soon()

    def slow() -> None:
        outbox.deliver_due(due)

    def quick() -> None:
        assert holds_first.wait(10)
        outbox.deliver_due(due)
        may_go_on.set()

    assert in_threads(slow, quick) == [None, None]
    return heard


def test_many_workers_deliver_every_fact_once_in_key_order(real_db, note, hear, in_threads):
    heard = hear()
    expected = [f"{book}{line}" for line in range(8) for book in "abcde"]
    note(*expected)
    due = soon()

    def work() -> int:
        # A worker that meets nothing but locked keys has nothing to do for the moment; in life it asks again.
        rounds = (outbox.deliver_due(due) for _ in itertools.repeat(None, 50))
        return sum(rounds)

    handled = in_threads(work, work, work, work)

    assert sum(handled) == 40
    assert sorted(heard) == sorted(expected)
    by_book = {book: [text for text in heard if text[0] == book] for book in "abcde"}
    assert by_book == {book: [f"{book}{line}" for line in range(8)] for book in "abcde"}
