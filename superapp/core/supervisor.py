"""A supervisor that starts processes on one machine, keeps them running, and stops them in order."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

STABLE_AFTER_SECONDS = 60
RESTART_DELAY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 25
LINE_BYTES_MAX = 256 * 1024
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedProcess:
    """A process to keep running; a later ``stage`` is stopped after the earlier ones have ended."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM


class Supervisor:
    """
    A supervisor that keeps all processes running, and prints their output with their names.

    A process that ends is restarted: after a second if it ran for a minute, otherwise later each time. No process
    outlives the supervisor, however that ends.
    """

    def __init__(self, tasks: Sequence[SupervisedProcess]) -> None:
        self._tasks = tasks
        self._width = max(len(task.name) for task in tasks)
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start all processes, and return once a signal came and all have ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        keepers = {task.name: asyncio.create_task(self._keep(task)) for task in self._tasks}
        await self._stopping.wait()
        for stage in sorted({task.stage for task in self._tasks}):
            of_stage = [task for task in self._tasks if task.stage == stage]
            await self._stop(of_stage)
            await asyncio.gather(*(keepers[task.name] for task in of_stage))

    async def _keep(self, task: SupervisedProcess) -> None:
        delay = 1.0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once(task)
            if self._stopping.is_set():
                return
            delay = (
                1.0 if time.monotonic() - started > STABLE_AFTER_SECONDS else min(delay * 2, RESTART_DELAY_SECONDS_MAX)
            )
            self._print(task, f"ended with {code}; again in {delay:.0f} s")
            await self._pause(delay)

    async def _run_once(self, task: SupervisedProcess) -> int:
        """Run the process to its end, kill everything that it started, and return its exit code."""
        # Our own pipe: with asyncio's, a process counts as running for as long as a child of it keeps the pipe open.
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *task.argv,
                env=task.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=asyncio.subprocess.STDOUT,
                # A separate process group: ^C at the terminal reaches only us, and we stop the others in order.
                process_group=0,
                preexec_fn=_end_with_parent,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._processes[task.name] = process
        if self._stopping.is_set():  # It was started while the others were being stopped, and has not got the signal.
            process.send_signal(task.stop_signal)
        printing = asyncio.create_task(self._print_lines(task, reading))
        code = await process.wait()
        # Workers of a proxy whose master was killed keep its port and our pipe, so that the next one could not start.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await printing
        return code

    async def _print_lines(self, task: SupervisedProcess, reading: int) -> None:
        lines = asyncio.StreamReader(limit=LINE_BYTES_MAX)
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(reading, "rb", buffering=0)
        )
        try:
            await self._print_until_closed(task, lines)
        finally:
            pipe.close()

    async def _print_until_closed(self, task: SupervisedProcess, lines: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await lines.readline()
            except ValueError:  # Longer than any line of ours; the rest of it follows.
                continue
            if not line:
                return
            self._print(task, line.decode(errors="replace").rstrip("\n"))

    def _print(self, task: SupervisedProcess, line: str) -> None:
        print(f"{task.name:<{self._width}} | {line}", flush=True)  # noqa: T201  The lines are what this is for.

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _stop(self, tasks: Sequence[SupervisedProcess]) -> None:
        processes = [(task, self._processes[task.name]) for task in tasks if task.name in self._processes]
        running = [(task, process) for task, process in processes if process.returncode is None]
        for task, process in running:
            process.send_signal(task.stop_signal)
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await asyncio.gather(*(process.wait() for _, process in running))
        except TimeoutError:
            for task, process in running:
                if process.returncode is None:
                    self._print(task, f"did not stop within {STOP_SECONDS_MAX} s and is killed")
                    process.kill()


def _end_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
