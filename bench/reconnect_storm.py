"""
Two thousand sockets that all break at once and come back, on two processes.

Value is how many a second are back, each logged in, ready and synced. The limit is how many sockets a bare consumer
accepts a second. ``connect_cpu_ms`` is what one socket costs the server until it is ready, with session, device and
origin looked at and the database's share in it; ``limit_cpu_ms`` is what a bare accept costs the same server in the
same run. After each storm all are let go, and the processes are asked how many sockets they think they have; then they
look for garbage, and ``grown_kib`` is by how much the resident memory of each has grown since the same moment after the
storm before: a storm like the last one finds room in what the last one left, or something is kept.

In the last storm each missed 50 messages in a group of twenty: ``caught_up_seconds`` is how long it takes until all of
them have all of these, asked for as clients do, and ``caught_up_cpu_ms`` what one of them costs the server.
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

SOCKETS = 2_000
AT_ONCE = 32
GROUP_SIZE, MISSED = 20, 50
CAUGHT_UP_SECONDS_MAX = 20.0
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


class CatchUp:
    """Has every line ask what it missed in its one group, and keeps the seqs that came, by line."""

    def __init__(self) -> None:
        self._cursors: dict[int, str | None] = {}
        self._group: dict[int, str] = {}
        self._revs: dict[int, int] = {}
        self.seqs: dict[int, list[int]] = {}

    def step(self, line: SocketConnection, payloads: list[bytes]) -> bool:
        """Be ready, sync, then read the changes of the group page by page; true once there are no more."""
        for payload in payloads:
            if payload.startswith(b'{"ready"'):
                self._ask(line, {"id": 1, "do": "sync", "cursor": self._cursors.get(line.number)})
            elif payload.startswith(b'{"id":1'):
                answer = json.loads(payload)["ok"]
                is_first = line.number not in self._cursors
                self._cursors[line.number] = answer["cursor"]
                groups = [row for row in answer["parts"]["conversations"]["rows"] if row["kind"] == "group"]
                if is_first:
                    self._group[line.number], self._revs[line.number] = groups[0]["id"], groups[0]["rev"]
                if is_first or not groups:
                    return True
                self._ask_changes(line)
            elif payload.startswith(b'{"id":2'):
                answer = json.loads(payload)["ok"]
                self.seqs.setdefault(line.number, []).extend(row["seq"] for row in answer["rows"])
                self._revs[line.number] = answer["rev"]
                if not answer["more"]:
                    return True
                self._ask_changes(line)
        return False

    def _ask_changes(self, line: SocketConnection) -> None:
        group, rev = self._group[line.number], self._revs[line.number]
        self._ask(line, {"id": 2, "do": "chat.changes", "conversation": group, "after": rev})

    @staticmethod
    def _ask(line: SocketConnection, command: dict[str, Any]) -> None:
        line.send(frame(json.dumps(command).encode()))

    def tally(self, last_seq: int) -> tuple[int, int]:
        """Count what was missing and what came twice, when everybody should have the last ``MISSED`` up to a seq."""
        wanted = set(range(last_seq - MISSED + 1, last_seq + 1))
        lost = sum(len(wanted - set(self.seqs.get(number, ()))) for number in self._cursors)
        doubled = sum(len(found) - len(set(found)) for found in self.seqs.values())
        self.seqs = {}
        return lost, doubled


def miss_messages(groups: list[str], people: list[BenchUser]) -> int:
    """Post ``MISSED`` messages to each group, by its members in turn; return the last seq, the same in all."""
    last = 0
    for number, group in enumerate(groups):
        members = people[number * GROUP_SIZE : (number + 1) * GROUP_SIZE]
        for turn in range(MISSED):
            last = environment.post_message(group, members[turn % GROUP_SIZE])
    return last


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


def run(
    running: BenchEnvironment, people: list[BenchUser], groups: list[str], catch_up: CatchUp, resident: list[int]
) -> dict[str, Any]:
    """
    One storm, on the bare servers and on the product, until everybody is gone again, before it one in which nobody
    syncs, after it one in which everybody catches up; ``resident`` is from before.
    """
    lines, limit = storm("/idle", accepted, running.baseline_processes, people, running.baseline_pids)
    break_all(lines)
    lines, connecting = storm("/ws", ready, running.server_processes, people, running.pids)
    break_all(lines)
    lines, found = storm("/ws", synced, running.server_processes, people, running.pids)
    time.sleep(SETTLE_SECONDS)
    back = sockets(running)
    break_all(lines)
    last_seq = miss_messages(groups, people)
    lines, catching = storm("/ws", catch_up.step, running.server_processes, people, running.pids)
    lost, doubled = catch_up.tally(last_seq)
    break_all(lines)
    left = [door.resident_kib() for door in running.server_processes]
    return {
        **found,
        **{f"limit_{key}": value for key, value in limit.items()},
        "connect_cpu_ms": connecting["cpu_ms"],
        "connect_p50_ms": connecting["p50_ms"],
        "connect_client_cpu_share": connecting["client_cpu_share"],
        "caught_up_seconds": len(people) / catching["per_second"],
        "caught_up_cpu_ms": catching["cpu_ms"],
        "messages_lost": lost,
        "messages_doubled": doubled,
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
        groups = [environment.create_group(people[at : at + GROUP_SIZE]) for at in range(0, SOCKETS, GROUP_SIZE)]
        catch_up = CatchUp()
        lines, _ = storm("/ws", catch_up.step, running.server_processes, people, running.pids)
        break_all(lines)
        # The first storm loads what the product loads once; it counts for nothing.
        resident = run(running, people, groups, catch_up, [0] * len(running.server_processes))["resident_kib"]
        runs = []
        for _ in range(options.runs):
            runs.append(run(running, people, groups, catch_up, resident))
            resident = runs[-1]["resident_kib"]

    lost = sum(int(SOCKETS - one["sockets_back"] + one["messages_lost"]) for one in runs)
    doubled = sum(int(one["sockets_left"] + one["messages_doubled"]) for one in runs)
    caught_up = measure.median([one["caught_up_seconds"] for one in runs])
    found, bare = (measure.median([one[key] for one in runs]) for key in ("connect_cpu_ms", "limit_cpu_ms"))
    most = max(CONNECT_CPU_MS_MAX, CONNECT_TIMES_BARE_MAX * bare)
    result = measure.median_result(
        "reconnect_storm",
        "sockets/s",
        runs,
        db=options.db,
        lost=lost,
        doubled=doubled,
        bounds=(
            measure.Limit("connect_cpu_ms", found, most),
            measure.Limit("caught_up_seconds", caught_up, CAUGHT_UP_SECONDS_MAX),
        ),
    )
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
