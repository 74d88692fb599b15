"""
Measure the server's proportional memory per idle socket.

The limit is a consumer that only accepts. Both servers are fresh for each run, since one that has served before
re-uses what it has freed.
"""

from __future__ import annotations

import resource
import time
from typing import Any

from bench import environment, measure
from bench.environment import BenchEnvironment, BenchUser
from bench.socket_client import SocketConnection

SOCKETS = 2_000
SETTLE_SECONDS = 2.0


def measure_growth(pid: int, port: int, path: str, people: list[BenchUser]) -> dict[str, float]:
    """Open a socket for each person on a fresh server, and see by how much it has grown."""
    first = SocketConnection(
        0, port, path, people[0].session_key
    )  # What is loaded with the first belongs to no socket.
    time.sleep(SETTLE_SECONDS)
    before, used, began = measure.memory_kib(pid), measure.cpu([pid]), time.monotonic()
    lines = [SocketConnection(number, port, path, person.session_key) for number, person in enumerate(people[1:], 1)]
    seconds, spent = time.monotonic() - began, measure.cpu([pid]).since(used)
    time.sleep(SETTLE_SECONDS)
    kib = (measure.memory_kib(pid) - before) / len(lines)
    for line in [first, *lines]:
        line.close()
    return {
        "kib": kib,
        "per_second": len(lines) / seconds,
        "cpu_ms": spent.server / len(lines) * 1_000,
        "client_cpu_share": spent.client / spent.server,
    }


def run(running: BenchEnvironment, people: list[BenchUser]) -> dict[str, Any]:
    for door in (running.server_processes[0], running.baseline_processes[0]):
        door.process.stop()
        door.process.start()
    limit = measure_growth(
        running.baseline_processes[0].process.pid, running.baseline_processes[0].port, "/idle", people
    )
    return {
        **{f"limit_{key}": value for key, value in limit.items()},
        **measure_growth(running.server_processes[0].process.pid, running.server_processes[0].port, "/ws", people),
    }


def main() -> None:
    options = measure.arguments(__doc__ or "")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with environment.start_environment(options.db) as running:
        people = environment.create_users(SOCKETS)
        runs = [run(running, people) for _ in range(options.runs)]

    result = measure.median_result("idle_sockets", "KiB/socket", runs, db=options.db, lost=0, doubled=0, value="kib")
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
