"""A micro-batcher: items that arrive while one batch commits make up the next."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from prometheus_client import Histogram

from superapp.core import infrastructure_errors
from superapp.core.errors import DomainError, InternalError, Unavailable

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# The thread returns its connection after this time without work.
IDLE_SECONDS = 2.0
# Two failures in a row are not due to a single item: the database is unavailable.
CONSECUTIVE_FAILURES_MAX = 2
# Each locked row is waited for, and the whole batch waits with it.
LOCKED_ROWS_MAX = 2
_LOCK_NOT_AVAILABLE = "55P03"

log = structlog.get_logger(__name__)
batch_sizes = Histogram(
    "nusa_batch_size", "Items committed together.", ["batcher"], buckets=(1, 2, 5, 10, 25, 50, 100, 200, 500)
)


@dataclass
class _QueuedItem(Generic[Item, Outcome]):
    item: Item
    future: Future[Outcome] | asyncio.Future[Outcome]
    loop: asyncio.AbstractEventLoop | None


class Batcher(Generic[Item, Outcome]):
    """
    A queue whose items run in batches on its own thread.

    There is no timer: a batch is what was queued while the last one committed. ``run`` commits a batch and returns
    one outcome for each item, a ``DomainError`` for a refusal. A batch that fails as a whole is run again item by
    item, so that a bad item affects only itself, and a locked row only items of the same ``lock_key``.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[Sequence[Item]], Sequence[Outcome | DomainError]],
        *,
        lock_key: Callable[[Item], Hashable] = id,
        batch_max: int = 500,
        queue_max: int = 20_000,
    ) -> None:
        self._name = name
        self._run = run
        self._lock_key = lock_key
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._queue: deque[_QueuedItem[Item, Outcome]] = deque()
        self._wake = threading.Condition()
        self._is_resting = False
        self._thread: threading.Thread | None = None

    def submit(self, item: Item) -> Future[Outcome]:
        """
        Queue an item from a thread; the future is resolved once its batch is committed or refused.

        :raises Unavailable: if the queue is full
        """
        if connection.in_atomic_block:
            raise transaction.TransactionManagementError("submit() inside a transaction would wait for itself")
        future: Future[Outcome] = Future()
        self._enqueue(_QueuedItem(item, future, None))
        return future

    def submit_async(self, item: Item) -> asyncio.Future[Outcome]:
        """
        Queue an item from an event loop; the future is resolved once its batch is committed or refused.

        :raises Unavailable: if the queue is full
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._enqueue(_QueuedItem(item, future, loop))
        return future

    def _enqueue(self, entry: _QueuedItem[Item, Outcome]) -> None:
        with self._wake:
            if len(self._queue) >= self._queue_max:
                raise Unavailable(retry_after=1)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=f"batcher-{self._name}", daemon=True)
                self._thread.start()
            self._queue.append(entry)
            # Waking a thread costs far more than queuing, and a running thread checks the queue by itself.
            if self._is_resting:
                self._is_resting = False
                self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._queue:
                    self._is_resting = True
                    if not self._wake.wait(IDLE_SECONDS):
                        _close_connections()
                self._is_resting = False
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch_max))]
            batch_sizes.labels(self._name).observe(len(batch))
            self._settle(batch, self._outcomes(batch))

    def _outcomes(self, batch: Sequence[_QueuedItem[Item, Outcome]]) -> Sequence[Outcome | DomainError]:
        try:
            _reset_broken_connections()
            outcomes = self._run([entry.item for entry in batch])
            if len(outcomes) != len(batch):
                raise RuntimeError(f"{len(batch)} items had {len(outcomes)} outcomes")
            return outcomes
        except Exception as error:
            if len(batch) == 1:
                return [self._refusal(error)]
        return self._one_by_one(batch)

    def _one_by_one(self, batch: Sequence[_QueuedItem[Item, Outcome]]) -> Sequence[Outcome | DomainError]:
        outcomes: list[Outcome | DomainError] = []
        held: set[Hashable] = set()
        failures = 0
        for entry in batch:
            lock_key = self._lock_key(entry.item)
            # Items that would wait for an unavailable database or a locked row are refused, since all others would
            # wait too.
            if failures == CONSECUTIVE_FAILURES_MAX or len(held) == LOCKED_ROWS_MAX or lock_key in held:
                outcomes.append(Unavailable(retry_after=1))
                continue
            (outcome,) = self._outcomes([entry])
            outcomes.append(outcome)
            if _is_row_locked(outcome):
                held.add(lock_key)
            else:
                failures = failures + 1 if isinstance(outcome, Unavailable) else 0
        return outcomes

    def _refusal(self, error: Exception) -> DomainError:
        if isinstance(error, DomainError):
            return error
        if isinstance(error, (DatabaseError, InterfaceError)):
            log.warning("batch_unavailable", batcher=self._name, error=infrastructure_errors.summarize(error))
            unavailable = Unavailable(retry_after=1)
            unavailable.__cause__ = error
            return unavailable
        log.error("batch_fault", batcher=self._name, exc_info=error)
        return InternalError(retry_after=5)

    def _settle(self, batch: Sequence[_QueuedItem[Item, Outcome]], outcomes: Sequence[Outcome | DomainError]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_QueuedItem[Item, Outcome], Outcome | DomainError]]] = {}
        for entry, outcome in zip(batch, outcomes, strict=True):
            if entry.loop is None:
                _resolve(entry, outcome)
            else:
                by_loop.setdefault(entry.loop, []).append((entry, outcome))
        for loop, pairs in by_loop.items():
            # The loop is woken once for the whole batch, not once for each item.
            try:
                loop.call_soon_threadsafe(_resolve_all, pairs)
            except RuntimeError:  # The loop has ended, so that nothing waits for these outcomes.
                log.warning("batch_answers_unheard", batcher=self._name, count=len(pairs))


def _is_row_locked(outcome: object) -> bool:
    """Return whether the error means that another transaction holds the row, with the database itself available."""
    if not isinstance(outcome, Unavailable) or outcome.__cause__ is None:
        return False
    return getattr(outcome.__cause__.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _close_connections() -> None:
    try:
        connections.close_all()
    # The connection is lost in any case, and the thread must continue.
    except (DatabaseError, InterfaceError) as error:
        log.warning("connection_lost_at_rest", error=infrastructure_errors.summarize(error))


def _reset_broken_connections() -> None:
    # The thread keeps its connection between batches: taking one from a pool costs as much as a statement.
    for one in connections.all(initialized_only=True):
        if one.errors_occurred:
            one.close()


def _resolve_all(pairs: list[tuple[_QueuedItem[Item, Outcome], Outcome | DomainError]]) -> None:
    for entry, outcome in pairs:
        _resolve(entry, outcome)


def _resolve(entry: _QueuedItem[Item, Outcome], outcome: Outcome | DomainError) -> None:
    # The caller may have cancelled its future; after this call it cannot cancel any more.
    is_unheard = (
        not entry.future.set_running_or_notify_cancel() if isinstance(entry.future, Future) else entry.future.done()
    )
    if is_unheard:
        return
    if isinstance(outcome, DomainError):
        entry.future.set_exception(outcome)
    else:
        entry.future.set_result(outcome)
