"""A Python module that runs beside this process, in one of its own: restarted when it dies, ended with this one."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

STABLE_AFTER_SECONDS = 60
RESTART_DELAY_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 10


class ChildProcess:
    """
    A child that runs ``python -m module`` with these options.

    It gets a pipe as its standard input, and must end when that is closed, which the kernel does however this process
    ends.
    """

    def __init__(self, module: str, options: Sequence[str], *, directory: Path) -> None:
        self._module = module
        self._argv = [sys.executable, "-m", module, *options]
        self._directory = directory
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keep {module}", daemon=True)

    def start(self) -> None:
        """Start it, and keep it running; return at once."""
        self._keeper.start()

    def stop(self) -> None:
        """End it, and return once it has ended."""
        with self._guard:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join()

    def _keep(self) -> None:
        delay = 1.0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                return
            is_stable = time.monotonic() - started > STABLE_AFTER_SECONDS
            delay = 1.0 if is_stable else min(delay * 2, RESTART_DELAY_SECONDS_MAX)
            print(f"{self._module} ended with {code}; again in {delay:.0f} s", flush=True)  # noqa: T201  For operators.
            self._stopping.wait(delay)

    def _run_once(self) -> int | None:
        with self._guard:
            if self._stopping.is_set():
                return None
            # A process group of its own: ^C at the terminal reaches only us, and we end it in order.
            self._process = subprocess.Popen(  # noqa: S603  A module of ours.
                self._argv, cwd=self._directory, stdin=subprocess.PIPE, process_group=0
            )
        process = self._process
        try:
            return process.wait()
        finally:
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()
