"""
A thousand sockets that all break at once and come back, on two processes.

Value is how many a second are back, each logged in, ready and synced. The limit is how many sockets a bare consumer
accepts a second. After each storm all are let go, and the processes are asked how many sockets they think they have;
then they look for garbage, and ``grown_kib`` is by how much the resident memory of each has grown since the same moment
after the storm before: a storm like the last one finds room in what the last one left, or something is kept.
"""

from __future__ import annotations

import json
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench import ground, measure
from bench.ground import Door, Ground, Person
from bench.wire import Line, frame

SOCKETS = 1_000
AT_ONCE = 12  # More, and the threads of this client cost more than a quarter of a bare server.
SETTLE_SECONDS = 3.0

_cursors: dict[int, str] = {}


def come_back(number: int, doors: list[Door], person: Person) -> tuple[Line, float]:
    """Connect, be ready, ask what changed since the last time; the time that took."""
    began = time.monotonic()
    line = Line(number, doors[number % len(doors)].port, "/ws", person.session_key)
    line.wait_for(b'{"ready"')
    line.send(frame(json.dumps({"id": 1, "do": "sync", "cursor": _cursors.get(number)}).encode()))
    answer = json.loads(line.wait_for(b'{"id":1'))
    _cursors[number] = answer["ok"]["cursor"]
    return line, (time.monotonic() - began) * 1_000


def connect(number: int, doors: list[Door], person: Person) -> tuple[Line, float]:
    began = time.monotonic()
    line = Line(number, doors[number % len(doors)].port, "/idle", person.session_key)
    return line, (time.monotonic() - began) * 1_000


def storm(opening: Any, doors: list[Door], people: list[Person], pids: list[int]) -> tuple[list[Line], dict[str, Any]]:
    """Have everybody open a socket at the same time."""
    before, began = measure.cpu(pids), time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        opened = list(pool.map(lambda pair: opening(pair[0], doors, pair[1]), enumerate(people)))
    seconds, used = time.monotonic() - began, measure.cpu(pids).since(before)
    times = [ms for _, ms in opened]
    return [line for line, _ in opened], {
        "per_second": len(people) / seconds,
        "cpu_ms": used.server / len(people) * 1_000,
        "client_cpu_share": used.client / used.server,
        "p50_ms": measure.percentile(times, 50),
        "p99_ms": measure.percentile(times, 99),
    }


def break_all(lines: list[Line]) -> None:
    for line in lines:
        line.close()
    time.sleep(SETTLE_SECONDS)


def sockets(standing: Ground) -> float:
    return sum(door.metric("nusa_sockets") for door in standing.doors)


def run(standing: Ground, people: list[Person], resident: list[int]) -> dict[str, Any]:
    """One storm, on the bare servers and on the product, until everybody is gone again; ``resident`` is from before."""
    bare_lines, limit = storm(connect, standing.bares, people, standing.bare_pids)
    break_all(bare_lines)
    lines, found = storm(come_back, standing.doors, people, standing.pids)
    time.sleep(SETTLE_SECONDS)
    back = sockets(standing)
    break_all(lines)
    left = [door.resident_kib() for door in standing.doors]
    return {
        **found,
        **{f"limit_{key}": value for key, value in limit.items()},
        "sockets_back": back,
        "sockets_left": sockets(standing),
        "resident_kib": left,
        "grown_kib": [now - then for now, then in zip(left, resident, strict=True)],
    }


def main() -> None:
    options = measure.arguments(__doc__ or "")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with ground.stand(options.db, doors=1 if options.db == "sqlite" else 2) as standing:
        people = ground.people(SOCKETS)
        ground.befriend(list(zip(people[::2], people[1::2], strict=True)))
        # The first storm loads what the product loads once; it counts for nothing.
        resident = run(standing, people, [0] * len(standing.doors))["resident_kib"]
        runs = []
        for _ in range(options.runs):
            runs.append(run(standing, people, resident))
            resident = runs[-1]["resident_kib"]

    lost = sum(int(SOCKETS - one["sockets_back"]) for one in runs)
    doubled = sum(int(one["sockets_left"]) for one in runs)
    result = measure.medians("reconnect_storm", "sockets/s", runs, db=options.db, lost=lost, doubled=doubled)
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
