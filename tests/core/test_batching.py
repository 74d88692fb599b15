"""The batcher: one outcome an item, in order, and a bad item harms itself alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from superapp.core.batching import Batcher
from superapp.core.errors import InputInvalid, InternalError, Unavailable
from superapp.core.models import Instance

WAIT = 10


class Slow:
    """A ``run`` that can be held up; it remembers its batches, and answers an item with ten times itself."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.fails_for: dict[int, Exception] = {}

    def __call__(self, items: Sequence[int]) -> list[int | InputInvalid]:
        self.batches.append(list(items))
        assert self.goes_on.wait(WAIT)
        for item in items:
            if item in self.fails_for:
                raise self.fails_for[item]
        return [InputInvalid(detail="negative") if item < 0 else item * 10 for item in items]


@pytest.fixture
def slow() -> Iterator[Slow]:
    run = Slow()
    yield run
    run.goes_on.set()


@pytest.fixture
def hold(slow: Slow) -> Callable[[Batcher[int, int]], Future[int]]:
    """Have the batcher busy with item 0 until ``slow.goes_on`` is set."""

    def submit(batcher: Batcher[int, int]) -> Future[int]:
        slow.goes_on.clear()
        first = batcher.submit(0)
        while not slow.batches:
            threading.Event().wait(0.001)
        return first

    return submit


def outcome(future: Future[int]) -> int | Exception:
    error = future.exception(WAIT)
    return future.result() if error is None else error


def test_items_that_arrive_during_a_batch_form_the_next(slow, hold):
    batcher = Batcher("test", slow)
    first = hold(batcher)

    futures = [batcher.submit(item) for item in (1, 2, 3)]
    slow.goes_on.set()

    assert [outcome(future) for future in (first, *futures)] == [0, 10, 20, 30]
    assert slow.batches == [[0], [1, 2, 3]]


def test_batch_has_a_maximum_size(slow, hold):
    batcher = Batcher("test", slow, batch_max=2)
    hold(batcher)

    futures = [batcher.submit(item) for item in (1, 2, 3)]
    slow.goes_on.set()

    assert [outcome(future) for future in futures] == [10, 20, 30]
    assert slow.batches == [[0], [1, 2], [3]]


def test_full_queue_is_refused_with_retry_after(slow, hold):
    batcher = Batcher("test", slow, queue_max=2)
    hold(batcher)
    futures = [batcher.submit(1), batcher.submit(2)]

    with pytest.raises(Unavailable) as refused:
        batcher.submit(3)
    slow.goes_on.set()

    assert refused.value.retry_after == 1
    assert [outcome(future) for future in futures] == [10, 20]
    assert slow.batches == [[0], [1, 2]]


def test_refused_item_does_not_fail_the_batch(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)

    futures = [batcher.submit(item) for item in (1, -2, 3)]
    slow.goes_on.set()

    assert outcome(futures[0]) == 10
    assert isinstance(outcome(futures[1]), InputInvalid)
    assert outcome(futures[2]) == 30
    assert slow.batches == [[0], [1, -2, 3]]


def test_failed_batch_is_run_again_item_by_item_in_order(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)
    slow.fails_for[2] = LookupError("a mistake of ours")

    futures = [batcher.submit(item) for item in (1, 2, 3)]
    slow.goes_on.set()

    assert outcome(futures[0]) == 10
    assert isinstance(outcome(futures[1]), InternalError)
    assert outcome(futures[2]) == 30
    assert slow.batches == [[0], [1, 2, 3], [1], [2], [3]]


def test_missing_outcome_is_an_error_and_the_batcher_survives():
    answers = [[1], [], [], [3]]
    batcher: Batcher[int, int] = Batcher("test", lambda _items: answers.pop(0))

    assert outcome(batcher.submit(1)) == 1
    assert isinstance(outcome(batcher.submit(2)), InternalError)
    answers.pop(0)
    assert outcome(batcher.submit(3)) == 3


def test_unreachable_database_is_tried_three_times_per_batch(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)
    slow.fails_for = {item: OperationalError("no connection") for item in range(1, 9)}

    futures = [batcher.submit(item) for item in range(1, 9)]
    slow.goes_on.set()

    assert {type(outcome(future)) for future in futures} == {Unavailable}
    assert slow.batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8], [1], [2]]


def is_held(item: int) -> OperationalError:
    """As Django tells that a lock did not come in time."""
    error = OperationalError(f"the row of {item}")
    error.__cause__ = LockNotAvailable()
    return error


def test_locked_row_is_tried_once_a_batch_and_delays_no_other(slow, hold):
    batcher = Batcher("test", slow, lock_key=lambda item: item // 10)
    hold(batcher)
    slow.fails_for = {item: is_held(item) for item in (10, 11, 12)}

    futures = [batcher.submit(item) for item in (10, 11, 20, 12, 30)]
    slow.goes_on.set()

    answers = [outcome(future) for future in futures]
    assert [answer if isinstance(answer, int) else type(answer) for answer in answers] == [
        Unavailable, Unavailable, 200, Unavailable, 300,
    ]  # fmt: skip
    assert slow.batches == [[0], [10, 11, 20, 12, 30], [10], [20], [30]]


def test_many_locked_rows_are_not_waited_for_in_sequence(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)
    slow.fails_for = {item: is_held(item) for item in range(1, 9)}

    futures = [batcher.submit(item) for item in range(1, 9)]
    slow.goes_on.set()

    assert {type(outcome(future)) for future in futures} == {Unavailable}
    assert slow.batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8], [1], [2]]


def test_submitting_inside_a_transaction_is_refused(db, slow):
    batcher = Batcher("test", slow)

    with transaction.atomic(), pytest.raises(transaction.TransactionManagementError):
        batcher.submit(1)

    assert slow.batches == []


def test_cancelled_caller_does_not_fail_the_batch(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)

    gone, here = batcher.submit(1), batcher.submit(2)
    gone.cancel()
    slow.goes_on.set()

    assert outcome(here) == 20
    assert gone.cancelled()
    assert outcome(batcher.submit(3)) == 30


def test_outcome_reaches_the_event_loop_on_its_own_thread(slow):
    batcher = Batcher("test", slow)
    threads: list[str] = []

    async def ask() -> list[object]:
        futures = [batcher.submit_async(item) for item in (1, -2, 3)]
        futures[0].add_done_callback(lambda _future: threads.append(threading.current_thread().name))
        return await asyncio.gather(*futures, return_exceptions=True)

    answers = asyncio.run(ask())

    assert (answers[0], type(answers[1]), answers[2]) == (10, InputInvalid, 30)
    assert threads == [threading.current_thread().name]


def test_ended_event_loop_does_not_fail_the_batch(slow, hold):
    batcher = Batcher("test", slow)
    hold(batcher)

    async def ask_and_leave() -> None:
        batcher.submit_async(1)

    asyncio.run(ask_and_leave())
    slow.goes_on.set()

    assert outcome(batcher.submit(2)) == 20


@pytest.mark.served_only
def test_lost_connection_is_replaced(real_db):
    killed: list[bool] = []

    def run(items: Sequence[int]) -> list[int]:
        with transaction.atomic():
            Instance.objects.update(epoch=items[0])
            if not killed:
                killed.append(True)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return list(items)

    batcher = Batcher("test", run)

    assert isinstance(outcome(batcher.submit(5)), Unavailable)
    assert outcome(batcher.submit(6)) == 6
    assert Instance.objects.get().epoch == 6
