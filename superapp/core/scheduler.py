"""The scheduler: a loop that delivers events and runs periodic tasks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from prometheus_client import Counter, Histogram

from superapp.core import clock, infrastructure_errors, outbox, process_locks

# Events of this process are delivered at once; those of others, as all are when served, at the next poll.
POLL_SECONDS = 0.25 if settings.SERVED else 1.0

log = structlog.get_logger(__name__)
runs = Counter("nusa_work_runs", "Runs of periodic tasks, by task and outcome.", ["verb", "outcome"])
handled = Counter("nusa_work_handled", "Items processed by periodic tasks, by task.", ["verb"])
seconds = Histogram("nusa_work_seconds", "Run time of periodic tasks, by task.", ["verb"])

TaskFunction = Callable[[datetime], int]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A periodic task and its interval; some run once more when the loop ends."""

    name: str
    seconds: float
    function: TaskFunction
    at_end: bool = False


periodic_tasks: dict[str, PeriodicTask] = {}


def every(*, seconds: float, at_end: bool = False) -> Callable[[TaskFunction], TaskFunction]:
    """
    Decorate a function as a periodic task of every scheduler loop; it returns how many items it handled.

    ``at_end``: it runs once more when a loop ends. Several processes may run it at the same moment, so that it has
    to lock its rows with SKIP LOCKED, or use conditional statements.

    :raises ValueError: if the name is taken
    """

    def register(function: TaskFunction) -> TaskFunction:
        name = f"{function.__module__}.{function.__name__}"
        task = PeriodicTask(name, seconds, function, at_end)
        if periodic_tasks.setdefault(name, task) is not task:
            raise ValueError(f"two verbs of the work loop are called {name}")
        return function

    return register


def run_each(items: Iterable[Item], handle: Callable[[Item], int]) -> int:
    """
    Handle the due items of a periodic task one by one, and return the sum of what ``handle`` returns.

    An item that fails is logged and tried again at the next run; the others are handled all the same. An unavailable
    database ends the run.
    """
    count = 0
    for item in items:
        try:
            count += handle(item)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("due_item_failed", item=str(item), task=handle.__qualname__)
    return count


class SchedulerLoop:
    """The loop over all due tasks; ``stop`` lets the running task finish."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._due_at: dict[str, float] = {}

    def run(self) -> None:
        """Run due tasks until stopped."""
        try:
            while not self._stopping.is_set():
                outbox.published.clear()
                if not self.run_due():
                    outbox.published.wait(POLL_SECONDS)
            for task in [task for task in periodic_tasks.values() if task.at_end]:
                self._call(task.name, task.function)
        finally:
            connection.close()

    def stop(self) -> None:
        self._stopping.set()
        outbox.published.set()

    def run_due(self) -> bool:
        """
        Run due tasks once, and return whether more events may be waiting.

        Nothing is done while another process holds the lock on work exclusively.
        """
        close_old_connections()
        try:
            with process_locks.try_hold_shared(process_locks.ProcessLock.WORK) as is_ours:
                return is_ours and self._run_tasks()
        except (OperationalError, InterfaceError) as error:
            log.warning("work_unavailable", verb="turn", error=infrastructure_errors.summarize(error))
            return False

    def _run_tasks(self) -> bool:
        more = self._call("outbox", _deliver) >= outbox.FACTS_AT_ONCE_MAX
        for task in list(periodic_tasks.values()):
            if self._stopping.is_set():
                break
            if time.monotonic() >= self._due_at.get(task.name, 0.0):
                self._call(task.name, task.function)
                self._due_at[task.name] = time.monotonic() + task.seconds
        return more

    def _call(self, name: str, function: TaskFunction) -> int:
        started = time.perf_counter()
        try:
            count = function(clock.now())
        except Exception as error:
            # A task that fails does not affect the others, and runs again at its next time.
            if isinstance(error, OperationalError | InterfaceError):
                log.warning("work_unavailable", verb=name, error=infrastructure_errors.summarize(error))
            else:
                log.error("work_failed", verb=name, exc_info=error)
            runs.labels(name, "failed").inc()
            close_old_connections()
            return 0
        runs.labels(name, "done").inc()
        handled.labels(name).inc(count)
        seconds.labels(name).observe(time.perf_counter() - started)
        return count


def _deliver(now: datetime) -> int:
    return outbox.deliver_due(now)
