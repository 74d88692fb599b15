"""
The table of processes of a served instance, from which ``serve_all`` and the compose file are made.

Each process is ``manage.py`` with a command, so that systemd units can be written from it too.
"""

from __future__ import annotations

from dataclasses import dataclass

METRICS_PORT_OFFSET = 1_000
# In containers each process has its own ports.
CONTAINER_PORT = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """
    One kind of process of a served instance.

    ``command`` may contain ``{host}`` and ``{port}``. ``port`` is an offset from the first port of the instance,
    and each further process takes the next; metrics are at ``METRICS_PORT_OFFSET`` above it. ``count`` is the
    default number of processes, ``count_variable`` the environment variable that changes it.
    """

    name: str
    description: str
    command: tuple[str, ...]
    count: int
    count_variable: str
    port: int
    uses_media: bool

    def arguments(self, *, host: str, port: int) -> list[str]:
        return [part.format(host=host, port=port) for part in self.command]


PAGES = Program(
    name="pages",
    description="Pages and the API, on gunicorn's threads.",
    command=("serve_pages", "--host={host}", "--port={port}"),
    count=2,
    count_variable="PAGE_PROCESSES",
    port=10,
    uses_media=True,
)
SOCKETS = Program(
    name="sockets",
    description="Open sockets, on Daphne.",
    command=("serve_sockets", "--host={host}", "--port={port}"),
    count=2,
    count_variable="SOCKET_PROCESSES",
    port=40,
    uses_media=False,
)
WORK = Program(
    name="work",
    description="The work that must happen: facts, timers, expiries.",
    command=("work",),
    count=1,
    count_variable="WORK_PROCESSES",
    port=70,
    uses_media=True,
)
JOBS = Program(
    name="jobs",
    description="Jobs that somebody waits for, brought by Celery.",
    command=("run_jobs",),
    count=1,
    count_variable="JOB_PROCESSES",
    port=80,
    uses_media=True,
)

PROGRAMS = (PAGES, SOCKETS, WORK, JOBS)
# The environment of all of them: only the proxy can reach them.
ENVIRONMENT = {"BEHIND_PROXY": "1"}
