"""Jobs through a real Celery and a real Redis, either of which dies."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta

import pytest
from django.db import transaction

from superapp.core import clock, jobs, scheduler
from superapp.core.models import Job
from tests.harness.running_site import ROOT
from tests.harness.servers import Process, wait_until

# A worker takes its time to begin, on a machine that may have other things to do.
pytestmark = [pytest.mark.served_only, pytest.mark.timeout(300)]
DONE_SECONDS_MAX = 180


@pytest.fixture
def worker(real_db, redis_server):
    """A worker process; started by the test."""
    process = Process(
        "jobs",
        [sys.executable, "-m", "tests.runtime.worker"],
        log_path=real_db.var_dir / "jobs.log",
        is_ready=lambda: True,
        env={**real_db.env, "PYTHONUNBUFFERED": "1", "REDIS_URL": redis_server.url},
        cwd=ROOT,
    )
    yield process
    process.stop()


@pytest.fixture
def working(real_db, monkeypatch):
    """The work loop, sending again what it knows of jobs, quickly."""
    monkeypatch.setattr(scheduler, "periodic_tasks", {})
    monkeypatch.setattr(jobs, "REQUEUE_AFTER", timedelta(seconds=1))
    scheduler.every(seconds=0.2)(jobs.requeue_due)
    loop = scheduler.SchedulerLoop()
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield loop
    loop.stop()
    thread.join(30)


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Ask for a job that writes notes, and commit; what it wrote is at ``notes``."""
    monkeypatch.setattr(jobs, "handlers", {"tests.note": lambda run: None})
    notes = tmp_path / "notes"

    def begin(*, seconds: float = 0) -> Job:
        with transaction.atomic():
            arguments = {"path": str(notes), "seconds": seconds}
            return jobs.start("tests.note", owner_id=None, arguments=arguments, now=clock.now())

    begin.notes = lambda: notes.read_text().split("\n")[:-1] if notes.exists() else []
    return begin


def is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.state == Job.State.DONE


def test_job_runs_by_celery_without_the_work_loop(worker, start):
    worker.start()

    job = start()

    wait_until(lambda: is_done(job), "job done", DONE_SECONDS_MAX)
    assert start.notes() == ["began 1", "ended 1"]


def test_job_requested_without_redis_runs_when_redis_returns(worker, start, working, redis_server):
    worker.start()
    redis_server.kill()

    job = start()
    assert not is_done(job)
    redis_server.start()

    wait_until(lambda: is_done(job), "job done", DONE_SECONDS_MAX)
    assert start.notes() == ["began 1", "ended 1"]


def test_lost_redis_queue_loses_no_job(worker, start, working, redis_server):
    started = [start() for _ in range(5)]
    jobs._sender.submit(lambda: None).result(10)
    redis_server.kill()
    redis_server.start()

    worker.start()

    wait_until(lambda: all(is_done(job) for job in started), "jobs done", DONE_SECONDS_MAX)
    assert sorted(start.notes()) == ["began 1"] * 5 + ["ended 1"] * 5


def test_job_of_a_killed_worker_is_run_by_the_next(worker, start, working):
    worker.start()
    job = start(seconds=5)
    wait_until(lambda: start.notes() == ["began 1"], "job began", DONE_SECONDS_MAX)
    worker.kill()
    # The lease of a minute, over at once.
    Job.objects.filter(pk=job.pk).update(due_at=clock.now(), arguments={**job.arguments, "seconds": 0})

    worker.start()

    wait_until(lambda: is_done(job), "job done", DONE_SECONDS_MAX)
    assert start.notes() == ["began 1", "began 2", "ended 2"]
