"""A worker as ``manage.py run_jobs`` starts it, which also knows a job of the tests."""

import sys
import time
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from superapp.core import jobs  # noqa: E402  After the apps are ready.


@jobs.register_handler("tests.note")
def note(run: jobs.JobRun, *, path: str, seconds: float) -> None:
    with Path(path).open("a") as notes:
        notes.write(f"began {run.tries}\n")
    time.sleep(seconds)
    with Path(path).open("a") as notes:
        notes.write(f"ended {run.tries}\n")


call_command("run_jobs")
sys.exit(0)
