"""The product as people meet it: real processes on real ports, which can be killed and come back."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from tests.harness.databases import ClonedDatabase
from tests.harness.ports import free_block
from tests.harness.servers import Process

ROOT = Path(__file__).resolve().parent.parent.parent
# Of the site itself, and of the bank and the courier that are simulated beside it.
PORT_OFFSETS = (0, 100, 200)


class Site:
    """
    The product on one database: embedded one process, served several doors (each serves pages too) and the worker, and
    one that runs jobs if a test needs any.

    Each process keeps its port over all its deaths, so that clients find it again. People may use any of ``urls``.
    ``through`` is told the port of the first door, and returns the address by which people reach it instead.
    """

    def __init__(
        self,
        clone: ClonedDatabase,
        *,
        web_processes: int = 1,
        runs_jobs: bool = False,
        env: dict[str, str] | None = None,
        program: Sequence[str] = ("manage.py",),
        through: Callable[[int], str] | None = None,
    ) -> None:
        assert web_processes == 1 or settings.SERVED, "embedded, there is one process"
        self._clone = clone
        self._env = env or {}
        self._program = program
        ports = [free_block(PORT_OFFSETS) for _ in range(web_processes)]
        self.urls = [f"http://localhost:{port}" for port in ports]
        self._public_urls = {self.urls[0]: through(ports[0])} if through else {}
        if settings.SERVED:
            self.web_processes = [self._web_process(port) for port in ports]
            self.worker: Process | None = self._process("work", ["work"], port=ports[0], needs_answer=False)
            self.job_runner = (
                self._process("jobs", ["run_jobs"], port=ports[0], needs_answer=False) if runs_jobs else None
            )
        else:
            self.web_processes = [self._process("serve", ["serve", "--port", str(ports[0])], port=ports[0])]
            self.worker = self.job_runner = None

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def processes(self) -> list[Process]:
        others = [process for process in (self.worker, self.job_runner) if process is not None]
        return [*self.web_processes, *others]

    def start(self) -> None:
        """Start whatever does not run."""
        for process in self.processes:
            if not process.is_running:
                process.start()

    def kill(self) -> None:
        """Kill all at once, as when the power goes."""
        for process in self.processes:
            if process.is_running:
                process.kill()

    def stop(self) -> None:
        for process in self.processes:
            process.stop()

    def _web_process(self, port: int) -> Process:
        return self._process(f"door-{port}", ["serve_sockets", "--port", str(port)], port=port)

    def _process(self, name: str, argv: list[str], *, port: int, needs_answer: bool = True) -> Process:
        url = f"http://localhost:{port}"
        return Process(
            name,
            [sys.executable, *self._program, *argv],
            log_path=self._clone.var_dir / f"{name}.log",
            is_ready=(lambda: answers(url)) if needs_answer else (lambda: True),
            env={**self._clone.env, **self._environment(url), **self._env},
            cwd=ROOT,
        )

    def _environment(self, url: str) -> dict[str, str]:
        # The static files were gathered already; a server that looks sees that nothing is new.
        return {
            "PUBLIC_URL": self._public_urls.get(url, url),
            "PYTHONUNBUFFERED": "1",
            "STATIC_ROOT": str(settings.STATIC_ROOT),
        }


def answers(url: str) -> bool:
    """Return whether the server at this address reports that it lives."""
    try:
        with urllib.request.urlopen(f"{url}/-/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
