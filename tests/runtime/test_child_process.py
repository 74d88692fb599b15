"""A child that runs beside the server: restarted when it dies, gone when the server is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress

import pytest

from superapp.core.child_process import ChildProcess
from tests.harness.running_site import ROOT
from tests.harness.servers import wait_until

CHILD = """
import os, pathlib, sys
with pathlib.Path(sys.argv[1]).open("a") as file:
    file.write(f"{os.getpid()}\\n")
while os.read(0, 1024):
    pass
"""
PARENT = """
import pathlib, signal, sys
from superapp.core.child_process import ChildProcess

ChildProcess("beside", [sys.argv[1]], directory=pathlib.Path(sys.argv[2])).start()
signal.pause()
"""


@pytest.fixture
def started(tmp_path):
    """The file in which each start of the child writes its number."""
    (tmp_path / "beside.py").write_text(textwrap.dedent(CHILD))
    return tmp_path / "starts"


def pids(started):
    return [int(line) for line in started.read_text().split()] if started.exists() else []


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_child_that_dies_is_started_again_until_it_is_stopped(started, capsys):
    child = ChildProcess("beside", [f"{started}"], directory=started.parent)
    child.start()
    wait_until(lambda: len(pids(started)) == 1, "started")

    os.kill(pids(started)[0], signal.SIGKILL)
    wait_until(lambda: len(pids(started)) == 2, "started again")
    child.stop()

    assert not any(is_alive(pid) for pid in pids(started))
    assert "beside ended with -9; again in 2 s" in capsys.readouterr().out


def test_child_that_never_ran_can_be_stopped(started):
    child = ChildProcess("no_such_module", [], directory=started.parent)
    child.start()

    child.stop()

    assert pids(started) == []


def test_child_ends_with_a_parent_that_is_killed(started):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, f"{started}", f"{started.parent}"], cwd=ROOT)
    try:
        wait_until(lambda: len(pids(started)) == 1, "started")
        assert is_alive(pids(started)[0])
    finally:
        parent.kill()
        parent.wait()

    wait_until(lambda: not is_alive(pids(started)[0]), "ended")
