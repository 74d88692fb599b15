"""Jobs: begun if committed, done at least once, however workers and brokers die."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from superapp.core import clock, errors, jobs
from superapp.core.models import Job
from tests.harness.servers import wait_until


@pytest.fixture
def sent(monkeypatch):
    """Collect what was handed to workers, instead of a broker; ``sent.up = False`` is a broker that does not answer."""

    class Broker(list[int]):
        up = True

    broker = Broker()

    def carry(job_id: int) -> None:
        if not broker.up:
            raise errors.Unavailable
        broker.append(job_id)

    monkeypatch.setattr(jobs, "dispatch", carry)
    return broker


@pytest.fixture
def handle(monkeypatch):
    """Register a handler for the length of the test."""
    monkeypatch.setattr(jobs, "handlers", dict(jobs.handlers))

    def register(handler, name="tests.job"):
        jobs.register_handler(name)(handler)

    return register


@pytest.fixture
def start(handle):
    """Start a job, and commit."""

    def begin(name="tests.job", **arguments):
        with transaction.atomic():
            return jobs.start(name, owner_id=7, arguments=arguments, now=clock.now())

    return begin


def state_of(job: Job) -> tuple[str, int, int]:
    job.refresh_from_db()
    return job.state, job.progress, job.tries


def test_job_is_refused_outside_a_transaction(real_db, handle):
    handle(lambda run: None)

    with pytest.raises(transaction.TransactionManagementError):
        jobs.start("tests.job", owner_id=None, arguments={}, now=clock.now())

    assert not Job.objects.exists()


def test_job_of_a_rolled_back_transaction_is_never_sent(real_db, handle, sent):
    handle(lambda run: None)

    @transaction.atomic
    def ask_and_fail() -> None:
        jobs.start("tests.job", owner_id=None, arguments={}, now=clock.now())
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        ask_and_fail()

    assert not Job.objects.exists()
    jobs._sender.submit(lambda: None).result(5)
    assert sent == []


def test_unknown_job_is_refused_when_requested(db):
    with pytest.raises(ValueError, match=r"no job is called tests\.nothing"):
        jobs.start("tests.nothing", owner_id=None, arguments={}, now=clock.now())


def test_committed_job_is_sent_and_keeps_its_result(real_db, handle, start, sent):
    handle(lambda run, a, b: {"sum": a + b, "for": run.owner_id})

    job = start(a=2, b=3)
    jobs._sender.submit(lambda: None).result(5)
    jobs.run(job.pk)

    assert sent == [job.pk]
    assert state_of(job) == ("done", 100, 1)
    assert job.result == {"sum": 5, "for": 7}
    assert job.ended_at is not None


def test_job_progress_is_visible_while_it_runs(real_db, handle, start, sent):
    seen = []

    def handler(run):
        run.progress(40)
        seen.append(state_of(Job.objects.get()))

    handle(handler)
    jobs.run(start().pk)

    assert seen == [("running", 40, 1)]


def test_finished_job_is_not_run_again(real_db, handle, start, sent):
    calls = []
    handle(lambda run: calls.append(1))
    job = start()

    jobs.run(job.pk)
    jobs.run(job.pk)

    assert len(calls) == 1
    assert state_of(job) == ("done", 100, 1)


def test_job_sent_to_two_workers_runs_once(real_db, handle, start, sent, in_threads):
    calls = []
    together = threading.Barrier(2)
    handle(lambda run: calls.append(run.tries))
    job = start()

    def work() -> None:
        together.wait(5)
        jobs.run(job.pk)

    in_threads(work, work)

    assert calls == [1]
    assert state_of(job) == ("done", 100, 1)


def test_refused_job_ends_with_its_code(real_db, handle, start, sent):
    def refuse(run):
        raise errors.InputInvalid(detail="no")

    handle(refuse)
    job = start()

    jobs.run(job.pk)

    assert state_of(job) == ("failed", 0, 1)
    assert job.error_code == "invalid"


def test_failed_job_is_retried_later_and_given_up_after_five_tries(real_db, handle, start, sent):
    calls = []

    def fail(run):
        calls.append(run.tries)
        raise RuntimeError("on purpose")

    handle(fail)
    job = start()
    for _ in range(jobs.ATTEMPTS_MAX + 2):
        jobs.run(job.pk)

    assert calls == [1, 2, 3, 4, 5]
    assert state_of(job) == ("failed", 0, 5)
    assert job.error_code == "fault"


def test_postponed_job_is_sent_when_due(real_db, handle, start, sent):
    def fail(run):
        raise errors.Unavailable

    handle(fail)
    job = start()
    jobs._sender.submit(lambda: None).result(5)
    sent.clear()
    jobs.run(job.pk)
    now = clock.now()

    assert [jobs.requeue_due(now), jobs.requeue_due(now + timedelta(seconds=3))] == [0, 1]
    assert sent == [job.pk]


def test_lost_job_message_is_sent_again(real_db, handle, start, sent):
    handle(lambda run: None)
    sent.up = False
    job = start()
    jobs._sender.submit(lambda: None).result(5)
    sent.up = True
    later = clock.now() + jobs.REQUEUE_AFTER

    assert [jobs.requeue_due(later), jobs.requeue_due(later)] == [1, 0]
    assert sent == [job.pk]


def test_unreachable_broker_leaves_the_job_due(real_db, handle, start, sent):
    handle(lambda run: None)
    sent.up = False
    job = start()
    later = clock.now() + jobs.REQUEUE_AFTER

    for _ in range(3):
        with pytest.raises(errors.Unavailable):
            jobs.requeue_due(later)
    sent.up = True

    assert jobs.requeue_due(later) == 1
    assert sent == [job.pk]


def test_job_of_a_dead_worker_runs_again_after_its_lease(real_db, handle, start, sent):
    class Killed(BaseException):
        """An exception that stands for a killed process, which leaves nothing behind."""

    calls = []

    def handler(run):
        calls.append(run.tries)
        if run.tries == 1:
            raise Killed

    handle(handler)
    job = start()
    with pytest.raises(Killed):
        jobs.run(job.pk)
    assert state_of(job) == ("running", 0, 1)

    assert jobs.requeue_due(clock.now()) == 0
    assert jobs.requeue_due(clock.now() + jobs.LEASE) == 1
    jobs.run(job.pk)

    assert calls == [1, 2]
    assert state_of(job) == ("done", 100, 2)


def test_worker_without_its_lease_changes_nothing(real_db, handle, start, sent):
    def handler(run):
        if run.tries == 1:
            jobs.requeue_due(clock.now() + jobs.LEASE)
            jobs.run(run.job_id)
            run.progress(10)
        return {"by": run.tries}

    handle(handler)
    job = start()
    jobs.run(job.pk)

    assert state_of(job) == ("done", 100, 2)
    assert job.result == {"by": 2}


def test_job_that_keeps_killing_its_worker_is_given_up(real_db, handle, start, sent):
    handle(lambda run: None)
    job = start()
    Job.objects.update(state=Job.State.RUNNING, tries=jobs.ATTEMPTS_MAX, due_at=clock.now())

    assert jobs.requeue_due(clock.now()) == 0

    assert state_of(job) == ("failed", 0, jobs.ATTEMPTS_MAX)
    assert job.error_code == "fault"


def test_lease_of_a_long_job_is_renewed(real_db, handle, start, sent, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.6))

    def handler(run):
        first = Job.objects.get().due_at
        wait_until(lambda: Job.objects.get().due_at > first, "the lease is renewed")

    handle(handler)
    job = start()
    jobs.run(job.pk)

    assert state_of(job) == ("done", 100, 1)


def test_embedded_server_resumes_interrupted_jobs(real_db, handle, start, sent):
    handle(lambda run: None)
    job = start()
    now = clock.now()
    Job.objects.update(state=Job.State.RUNNING, tries=1, due_at=now + jobs.LEASE)

    jobs.requeue_all_running(now)

    assert jobs.requeue_due(now) == 1
    jobs.run(job.pk)
    assert state_of(job) == ("done", 100, 2)


def test_thread_pool_runs_jobs_and_stops_cleanly(real_db, handle, start, monkeypatch):
    pool = jobs.JobThreadPool(2)
    monkeypatch.setattr(jobs, "dispatch", pool.carry)
    done = threading.Semaphore(0)
    handle(lambda run: done.release())

    started = [start() for _ in range(5)]
    assert all(done.acquire(timeout=10) for _ in started)
    pool.stop()

    assert [state_of(job) for job in started] == [("done", 100, 1)] * 5
