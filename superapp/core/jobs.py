"""
Background jobs that a person waits for, stored as rows with state and progress.

What passes a job to a worker (the broker when served, a thread pool when embedded) may lose it; the scheduler then
sends it again. The lease of a worker that dies expires. A handler may therefore be called more than once, and must
be idempotent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.db.models import F, QuerySet
from prometheus_client import Histogram

from superapp.core import clock, scheduler
from superapp.core.errors import DomainError, InternalError, Unavailable
from superapp.core.models import Job

LEASE = timedelta(seconds=60)
REQUEUE_AFTER = timedelta(seconds=30)
ATTEMPTS_MAX = 5
REQUEUED_AT_ONCE_MAX = 100

log = structlog.get_logger(__name__)
seconds = Histogram("nusa_job_seconds", "Run time of jobs, by name and outcome.", ["job", "outcome"])

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobRun:
    """One attempt at a job, passed to its handler."""

    job_id: int
    owner_id: int | None
    tries: int

    def progress(self, percent: int) -> None:
        """Store the job's progress in percent."""
        self.current_row().update(progress=max(0, min(percent, 100)))

    def current_row(self) -> QuerySet[Job]:
        """Return the job's row as a queryset that is empty once a later attempt has begun."""
        return Job.objects.filter(pk=self.job_id, state=Job.State.RUNNING, tries=self.tries)


Handler = Callable[..., Json | None]
# Passes a job to a worker, or raises Unavailable.
Dispatcher = Callable[[int], None]

handlers: dict[str, Handler] = {}


def register_handler(name: str) -> Callable[[Handler], Handler]:
    """
    Register the handler of a kind of job: ``handler(run, **arguments)`` → its result. It must be idempotent.

    :raises ValueError: if the name is taken
    """

    def register(handler: Handler) -> Handler:
        if handlers.setdefault(name, handler) is not handler:
            raise ValueError(f"two jobs are called {name}")
        return handler

    return register


def start(name: str, *, owner_id: int | None, arguments: Json, now: datetime) -> Job:
    """
    Start a job when the caller's transaction commits; a rollback also removes the job.

    :raises ValueError: if there is no handler of this name
    """
    (row,) = start_many(name, owner_id=owner_id, arguments=[arguments], now=now)
    return row


def start_many(name: str, *, owner_id: int | None, arguments: Sequence[Json], now: datetime) -> list[Job]:
    """
    Start a job for each of these arguments, as ``start`` does, in one query.

    :raises ValueError: if there is no handler of this name
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a job belongs inside the transaction that asks for it")
    if name not in handlers:
        raise ValueError(f"no job is called {name}")
    rows = Job.objects.bulk_create(
        Job(name=name, owner_id=owner_id, arguments=one, created_at=now, due_at=now + REQUEUE_AFTER)
        for one in arguments
    )

    def send() -> None:
        for row in rows:
            _sender.submit(_try_dispatch, row.pk)

    transaction.on_commit(send, robust=True)
    return rows


def is_waiting(name: str) -> bool:
    """Return whether a job of this name is queued or running."""
    return Job.objects.filter(name=name, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists()


@scheduler.every(seconds=5)
def requeue_due(now: datetime) -> int:
    """Requeue jobs whose lease has expired, and dispatch those that are due; return how many were dispatched."""
    running = Job.objects.filter(state=Job.State.RUNNING, due_at__lte=now)
    running.filter(tries__gte=ATTEMPTS_MAX).update(state=Job.State.FAILED, error_code=InternalError.code, ended_at=now)
    running.update(state=Job.State.QUEUED, due_at=now)
    queued = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now)
    job_ids = list(queued.order_by("due_at", "pk").values_list("pk", flat=True)[:REQUEUED_AT_ONCE_MAX])
    for job_id in job_ids:
        dispatch(job_id)
        queued.filter(pk=job_id).update(due_at=now + REQUEUE_AFTER)
    return len(job_ids)


def requeue_all_running(now: datetime) -> int:
    """Requeue all running jobs at once; called by a process that alone runs jobs and has just started."""
    running = Job.objects.filter(state=Job.State.RUNNING)
    running.filter(tries__gte=ATTEMPTS_MAX).update(state=Job.State.FAILED, error_code=InternalError.code, ended_at=now)
    return running.update(state=Job.State.QUEUED, due_at=now)


def run(job_id: int) -> None:
    """Run a job, unless it is done or another worker is running it."""
    close_old_connections()
    try:
        started_at = clock.now()
        row = _claim(job_id, started_at)
        if row is None:
            return
        run = JobRun(row.pk, row.owner_id, row.tries)
        with structlog.contextvars.bound_contextvars(job=str(row.public_id), job_name=row.name), _renewed_lease(run):
            outcome = _run_claimed(run, row)
        seconds.labels(row.name, outcome).observe((clock.now() - started_at).total_seconds())
    finally:
        close_old_connections()


def _claim(job_id: int, now: datetime) -> Job | None:
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, tries__lt=ATTEMPTS_MAX).update(
        state=Job.State.RUNNING, tries=F("tries") + 1, due_at=now + LEASE, started_at=now
    )
    # No other worker changes a row that was just claimed.
    return Job.objects.get(pk=job_id) if claimed else None


def _run_claimed(run: JobRun, row: Job) -> str:
    try:
        result = handlers[row.name](run, **row.arguments)
    except DomainError as refusal:
        if not isinstance(refusal, Unavailable):
            return _finish(run, Job.State.FAILED, error_code=refusal.code)
        log.warning("job_unavailable", tries=row.tries)
        return _retry_later(run, error_code=refusal.code)
    except Exception as error:
        # After any failure the job keeps its row, and is retried until it has failed too often.
        log.error("job_fault", tries=row.tries, exc_info=error)
        close_old_connections()
        return _retry_later(run, error_code=InternalError.code)
    return _finish(run, Job.State.DONE, result=result, progress=100)


def _finish(run: JobRun, state: Job.State, **fields: Any) -> str:
    if not run.current_row().update(state=state, ended_at=clock.now(), **fields):
        log.warning("job_was_taken_over", tries=run.tries)
        return "taken_over"
    return str(state.value)


def _retry_later(run: JobRun, *, error_code: str) -> str:
    if run.tries >= ATTEMPTS_MAX:
        return _finish(run, Job.State.FAILED, error_code=error_code)
    run.current_row().update(state=Job.State.QUEUED, due_at=clock.now() + timedelta(seconds=2**run.tries))
    return "postponed"


@contextmanager
def _renewed_lease(run: JobRun) -> Iterator[None]:
    """Renew the lease in a thread during the block; it expires by itself if this process dies."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(LEASE.total_seconds() / 3):
            close_old_connections()
            try:
                run.current_row().update(due_at=clock.now() + LEASE)
            except (DatabaseError, InterfaceError) as error:
                # Two more attempts fit into the lease; after that another worker may take the job.
                log.warning("job_lease_not_renewed", error=repr(error))
        connection.close()

    thread = threading.Thread(target=renew, name="job-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class JobThreadPool:
    """The thread pool that runs jobs in the embedded process."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="job")
        self._waiting: set[int] = set()

    def carry(self, job_id: int) -> None:
        # The scheduler dispatches a long-waiting job again; it is queued here only once.
        if job_id not in self._waiting:
            self._waiting.add(job_id)
            self._threads.submit(self._run, job_id)

    def stop(self) -> None:
        """Wait for running jobs; waiting ones are dispatched again by the next process."""
        self._threads.shutdown(cancel_futures=True)

    def _run(self, job_id: int) -> None:
        self._waiting.discard(job_id)
        try:
            run(job_id)
        except Exception as error:
            # The future of a thread's call is never read. The row is still there, and is dispatched again.
            log.error("job_not_run", exc_info=error)


def _dispatch_nowhere(_job_id: int) -> None:
    raise Unavailable


dispatch: Dispatcher = _dispatch_nowhere


def set_dispatcher(carrier: Dispatcher) -> None:
    """Set the function with which this process passes jobs to workers."""
    global dispatch
    dispatch = carrier


def _try_dispatch(job_id: int) -> None:
    try:
        dispatch(job_id)
    except Unavailable:
        log.warning("job_not_sent_yet")


# A separate thread: a broker that hangs must not delay the request that has just committed.
_sender = ThreadPoolExecutor(1, thread_name_prefix="job-sender")
