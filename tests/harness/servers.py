"""Throw-away PostgreSQL and Redis on ports of their own, which die with the tests that started them."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.harness.ports import free_port

WAIT_SECONDS_MAX = 60
# Beside other work on the machine the imports alone may take a minute.
READY_SECONDS_MAX = 110
STOP_SECONDS_MAX = 20
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def wait_until(is_true: Callable[[], bool], what: str, seconds_max: float = WAIT_SECONDS_MAX) -> None:
    """Return once ``is_true`` says so; fail with ``what`` when it takes too long."""
    deadline = time.monotonic() + seconds_max
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {seconds_max} s")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Return whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A process of ours with its output in a file. It never outlives the tests."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log_path: Path,
        is_ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        ready_seconds_max: float = READY_SECONDS_MAX,
        stop_seconds_max: float = STOP_SECONDS_MAX,
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._log_path = log_path
        self._is_ready = is_ready
        self._env = dict(env) if env is not None else None
        self._user = user
        self._cwd = cwd
        self._stop_signal = stop_signal
        self._ready_seconds_max = ready_seconds_max
        self._stop_seconds_max = stop_seconds_max
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was not started"
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def log(self) -> str:
        """Return everything the server has printed, over all its starts."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def start(self) -> None:
        """Start it and wait until it is ready; fail at once if it has ended before."""
        assert not self.is_running, f"{self.name} runs already"
        # The kernel ends it with the thread that started it, not with the process.
        assert threading.current_thread() is threading.main_thread(), f"{self.name} would die with this thread"
        with self._log_path.open("ab") as output:
            self._popen = subprocess.Popen(
                self._argv,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self._env,
                cwd=self._cwd,
                user=self._user,
                group=self._user,
                preexec_fn=_die_with_parent(self._stop_signal),
            )
        wait_until(self._has_settled, f"{self.name} ready", self._ready_seconds_max)
        if not self.is_running:
            raise RuntimeError(f"{self.name} ended at once:\n{self.log[-4_000:]}")

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no chance to say goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order; kill it if it does not listen."""
        if not self.is_running:
            return
        try:
            self._end(self._stop_signal)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        assert self._popen is not None, f"{self.name} was not started"
        self._popen.send_signal(sign)
        self._popen.wait(self._stop_seconds_max)

    def _has_settled(self) -> bool:
        return not self.is_running or self._is_ready()


def _die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, sign)

    return ask_kernel


class Redis(Process):
    """A Redis that keeps nothing on disk. ``stop`` and ``start`` bring it back on the same port."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        super().__init__(
            "redis",
            [find("redis-server"), *options, "--dir", str(directory)],
            log_path=directory / "redis.log",
            is_ready=lambda: accepts(self.port),
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Postgres(Process):
    """
    A PostgreSQL cluster of its own.

    It does not sync to disk unless ``is_durable``: killing a process loses nothing that way, only a power cut would.
    """

    def __init__(self, directory: Path, *, is_durable: bool = False) -> None:
        self.port = free_port()
        self._home = directory / "postgres"
        user = "postgres" if os.geteuid() == 0 else None
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._home,
            "max_connections": 200,
            "fsync": "on" if is_durable else "off",
            "full_page_writes": "on" if is_durable else "off",
            "shared_buffers": "64MB",
        }
        super().__init__(
            "postgres",
            [
                find("postgres"),
                "-D",
                str(self._home / "data"),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            log_path=directory / "postgres.log",
            is_ready=self._answers,
            user=user,
            stop_signal=signal.SIGINT,  # Its word for "end the sessions and stop".
        )
        self._make_cluster(user)

    def url(self, database: str = "postgres") -> str:
        return f"postgres://nusa@127.0.0.1:{self.port}/{database}"

    def _make_cluster(self, user: str | None) -> None:
        self._home.mkdir()
        if user is not None:
            shutil.chown(self._home, user, user)
        argv = [find("initdb"), "-D", str(self._home / "data"), "-U", "nusa", "-A", "trust", "--no-sync"]
        subprocess.run(
            [*argv, "-E", "UTF8", "--locale=C.UTF-8"],
            check=True,
            user=user,
            group=user,
            stdout=subprocess.DEVNULL,
            cwd=self._home,
        )

    def _answers(self) -> bool:
        if not accepts(self.port):
            return False
        probe = subprocess.run([find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
        return probe.returncode == 0


def find(program: str) -> str:
    """The path of a program, where Debian puts it."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(program, path=os.pathsep.join([*map(str, versions), os.environ["PATH"], "/usr/sbin"]))
    if found is None:
        raise FileNotFoundError(f"{program} is not installed; `make test` says what to install")
    return found
