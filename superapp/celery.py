"""Celery, which passes jobs to workers when served. A message has only the job's id; everything else is in its row."""

from __future__ import annotations

import os

from celery import Celery
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")

from django.conf import settings

from superapp.core import jobs
from superapp.core.errors import Unavailable

app = Celery("nusa", broker=settings.REDIS_URL)
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # A lost message is sent again from the row, so that late acknowledgement has no benefit.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"socket_connect_timeout": 2, "socket_keepalive": True},
)


@app.task(name="run_job")
def run_job(job_id: int) -> None:
    """Run a job; errors are stored in its row."""
    jobs.run(job_id)


def carry(job_id: int) -> None:
    """
    Put a job's id into the queue.

    :raises Unavailable: if the broker does not answer
    """
    try:
        run_job.apply_async([job_id], retry=False)
    except OperationalError:
        raise Unavailable from None


jobs.set_dispatcher(carry)
