"""Keeping processes running, and stopping them in order."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from superapp.core import supervisor
from superapp.core.supervisor import SupervisedProcess, Supervisor
from tests.harness.running_site import ROOT
from tests.harness.servers import wait_until


def shell(name: str, script: str, **options) -> SupervisedProcess:
    return SupervisedProcess(name=name, argv=["/bin/sh", "-c", script], env={"PATH": os.environ["PATH"]}, **options)


def run_until(tasks: list[SupervisedProcess], is_enough) -> None:
    """Run them until ``is_enough()``, then stop as a signal would."""

    async def run() -> None:
        keeper = Supervisor(tasks)
        running = asyncio.create_task(keeper.run())
        async with asyncio.timeout(20):
            while not is_enough():  # noqa: ASYNC110  A file that appears tells no event.
                await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        await running

    asyncio.run(run())


def test_output_lines_are_prefixed_by_their_process(capfd):
    printed = []

    def has_both() -> bool:
        printed.append(capfd.readouterr().out)
        return {"one", "two"} <= set("".join(printed).split())

    run_until([shell("first", "echo one; exec sleep 60"), shell("second-1", "echo two >&2; exec sleep 60")], has_both)

    assert sorted("".join(printed).splitlines()) == ["first    | one", "second-1 | two"]


def test_dying_process_is_restarted_with_growing_delay(tmp_path, capfd):
    starts = tmp_path / "starts"
    run_until(
        [shell("dying", f"echo x >> {starts}; exit 3")],
        lambda: starts.exists() and len(starts.read_text().split()) >= 2,
    )

    assert re.findall(r"ended with 3; again in (\d+) s", capfd.readouterr().out)[:1] == ["2"]


def test_stages_stop_one_after_the_other(tmp_path):
    order = tmp_path / "order"
    ready = [tmp_path / "first", tmp_path / "last"]
    script = 'trap "sleep {wait}; echo {name} >> {order}; exit 0" TERM; touch {ready}; while :; do sleep 0.05; done'
    run_until(
        [
            shell("last", script.format(wait=0, name="last", order=order, ready=ready[1]), stage=1),
            shell("first", script.format(wait=0.5, name="first", order=order, ready=ready[0])),
        ],
        lambda: all(path.exists() for path in ready),
    )

    assert order.read_text().split() == ["first", "last"]


def test_process_ignoring_the_stop_signal_is_killed(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(supervisor, "STOP_SECONDS_MAX", 0.5)
    ready = tmp_path / "ready"

    run_until([shell("deaf", f'trap "" TERM; touch {ready}; while :; do sleep 0.05; done')], ready.exists)

    assert "did not stop within 0.5 s and is killed" in capfd.readouterr().out


def test_process_with_a_surviving_child_is_restarted_without_it(tmp_path):
    # As nginx: a master and its workers, which keep its port and its output when it is killed.
    masters, workers = tmp_path / "masters", tmp_path / "workers"
    script = f"echo $$ >> {masters}; sleep 300 & echo $! >> {workers}; wait"
    killed: list[int] = []

    def is_back() -> bool:
        started = numbers(masters)
        if started and numbers(workers) and not killed:
            killed.append(started[0])
            os.kill(started[0], signal.SIGKILL)
        return len(started) == len(numbers(workers)) == 2

    run_until([shell("proxy", script)], is_back)

    wait_until(lambda: not any(map(is_alive, (*numbers(masters), *numbers(workers)))), "all ended", seconds_max=10)


def test_process_starting_during_shutdown_is_stopped_too(tmp_path, monkeypatch):
    begun = tmp_path / "begun"
    start = asyncio.create_subprocess_exec

    async def start_late(*argv, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.3)
        return await start(*argv, **options)

    monkeypatch.setattr(supervisor.asyncio, "create_subprocess_exec", start_late)

    async def run() -> None:
        async with asyncio.timeout(20):
            await Supervisor([shell("late", f"touch {begun}; exec sleep 300")]).run()

    asyncio.run(run())


def numbers(path) -> list[int]:
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def test_processes_end_with_a_killed_supervisor(tmp_path):
    pid_file = tmp_path / "pid"
    script = f"""
        import asyncio
        from superapp.core.supervisor import SupervisedProcess, Supervisor
        argv = ["/bin/sh", "-c", "echo $$ > {pid_file}; exec sleep 60"]
        asyncio.run(Supervisor([SupervisedProcess(name="child", argv=argv, env={{}})]).run())
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT)
    wait_until(lambda: pid_file.exists() and pid_file.read_text().strip() != "", "child started")
    child = int(pid_file.read_text())

    parent.kill()
    parent.wait(10)

    wait_until(lambda: not is_alive(child), "child ended", seconds_max=10)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
