"""
A thousand sockets that all break at once and come back, on two processes.

Value is how many a second are back, each logged in, ready and synced. The limit is how many sockets a bare consumer
accepts a second. ``connect_cpu_ms`` is what one socket costs the server until it is ready, with session, device and
origin looked at and the database's share in it; ``limit_cpu_ms`` is what a bare accept costs the same server in the
same run. After each storm all are let go, and the processes are asked how many sockets they think they have; then they
look for garbage, and ``grown_kib`` is by how much the resident memory of each has grown since the same moment after the
storm before: a storm like the last one finds room in what the last one left, or something is kept.
"""

from __future__ import annotations

import json
import resource
import select
import time
from collections.abc import Callable
from typing import Any

from bench import environment, measure
from bench.environment import BenchEnvironment, BenchUser, ServerProcess
from bench.socket_client import SocketConnection, frame

SOCKETS = 1_000
AT_ONCE = 32
SETTLE_SECONDS = 3.0
CONNECT_CPU_MS_MAX = 2.5
CONNECT_TIMES_BARE_MAX = 2

_cursors: dict[int, str] = {}
# What a line does with the frames that have come so far; true once it is back.
Step = Callable[[SocketConnection, list[bytes]], bool]


def accepted(line: SocketConnection, _payloads: list[bytes]) -> bool:
    return line.is_open


def ready(_line: SocketConnection, payloads: list[bytes]) -> bool:
    return any(payload.startswith(b'{"ready"') for payload in payloads)


def synced(line: SocketConnection, payloads: list[bytes]) -> bool:
    """Be ready, then ask what changed since the last time."""
    for payload in payloads:
        if payload.startswith(b'{"ready"'):
            line.send(frame(json.dumps({"id": 1, "do": "sync", "cursor": _cursors.get(line.number)}).encode()))
        elif payload.startswith(b'{"id":1'):
            _cursors[line.number] = json.loads(payload)["ok"]["cursor"]
            return True
    return False


def storm(
    path: str, step: Step, server_processes: list[ServerProcess], people: list[BenchUser], pids: list[int]
) -> tuple[list[SocketConnection], dict[str, Any]]:
    """Have everybody open a socket, ``AT_ONCE`` of them under way at any time, by one thread that waits for all."""
    lines: list[SocketConnection] = []
    under_way: dict[int, tuple[SocketConnection, float]] = {}
    times: list[float] = []
    waiting = select.epoll()
    before, began = measure.cpu(pids), time.monotonic()
    while len(times) < len(people):
        while len(under_way) < AT_ONCE and len(lines) < len(people):
            number, at = len(lines), time.monotonic()
            line = SocketConnection(
                number,
                server_processes[number % len(server_processes)].port,
                path,
                people[number].session_key,
                waits=False,
            )
            lines.append(line)
            under_way[line.fd] = line, at
            waiting.register(line.fd, select.EPOLLIN)
        for fd, _ in waiting.poll():
            line, at = under_way[fd]
            if step(line, line.read()):
                times.append((time.monotonic() - at) * 1_000)
                del under_way[fd]
                waiting.unregister(fd)
    seconds, used = time.monotonic() - began, measure.cpu(pids).since(before)
    waiting.close()
    return lines, {
        "per_second": len(people) / seconds,
        "cpu_ms": used.server / len(people) * 1_000,
        "client_cpu_share": used.client / used.server,
        "p50_ms": measure.percentile(times, 50),
        "p99_ms": measure.percentile(times, 99),
    }


def break_all(lines: list[SocketConnection]) -> None:
    for line in lines:
        line.close()
    time.sleep(SETTLE_SECONDS)


def sockets(running: BenchEnvironment) -> float:
    return sum(door.metric("nusa_sockets") for door in running.server_processes)


def run(running: BenchEnvironment, people: list[BenchUser], resident: list[int]) -> dict[str, Any]:
    """
    One storm, on the bare servers and on the product, until everybody is gone again, and before it one in which nobody
    syncs; ``resident`` is from before.
    """
    lines, limit = storm("/idle", accepted, running.baseline_processes, people, running.baseline_pids)
    break_all(lines)
    lines, connecting = storm("/ws", ready, running.server_processes, people, running.pids)
    break_all(lines)
    lines, found = storm("/ws", synced, running.server_processes, people, running.pids)
    time.sleep(SETTLE_SECONDS)
    back = sockets(running)
    break_all(lines)
    left = [door.resident_kib() for door in running.server_processes]
    return {
        **found,
        **{f"limit_{key}": value for key, value in limit.items()},
        "connect_cpu_ms": connecting["cpu_ms"],
        "connect_p50_ms": connecting["p50_ms"],
        "connect_client_cpu_share": connecting["client_cpu_share"],
        "sockets_back": back,
        "sockets_left": sockets(running),
        "resident_kib": left,
        "grown_kib": [now - then for now, then in zip(left, resident, strict=True)],
    }


def main() -> None:
    options = measure.arguments(__doc__ or "")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with environment.start_environment(options.db, server_processes=1 if options.db == "sqlite" else 2) as running:
        people = environment.create_users(SOCKETS)
        environment.create_direct_conversations(list(zip(people[::2], people[1::2], strict=True)))
        # The first storm loads what the product loads once; it counts for nothing.
        resident = run(running, people, [0] * len(running.server_processes))["resident_kib"]
        runs = []
        for _ in range(options.runs):
            runs.append(run(running, people, resident))
            resident = runs[-1]["resident_kib"]

    lost = sum(int(SOCKETS - one["sockets_back"]) for one in runs)
    doubled = sum(int(one["sockets_left"]) for one in runs)
    found, bare = (measure.median([one[key] for one in runs]) for key in ("connect_cpu_ms", "limit_cpu_ms"))
    most = max(CONNECT_CPU_MS_MAX, CONNECT_TIMES_BARE_MAX * bare)
    result = measure.median_result(
        "reconnect_storm",
        "sockets/s",
        runs,
        db=options.db,
        lost=lost,
        doubled=doubled,
        bounds=(measure.Limit("connect_cpu_ms", found, most),),
    )
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
