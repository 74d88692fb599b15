"""
A thousand sockets that all break at once and come back, on two processes.

Value is how many a second are back, each logged in, ready and synced. Before the first storm and after the last one
the processes are asked how many sockets they have, and their memory is compared. The limit is how many sockets a bare
consumer accepts a second.
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
AT_ONCE = 32
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


def state(standing: Ground) -> dict[str, float]:
    """What the doors hold: sockets, and memory with all of them open."""
    return {
        "sockets": sum(door.metric("nusa_sockets") for door in standing.doors),
        "memory_kib": sum(measure.memory_kib(door.process.pid) for door in standing.doors),
    }


def main() -> None:
    options = measure.arguments(__doc__ or "")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with ground.stand(options.db, doors=1 if options.db == "sqlite" else 2) as standing:
        people = ground.people(SOCKETS)
        ground.befriend(list(zip(people[::2], people[1::2], strict=True)))
        runs = []
        lines, _ = storm(come_back, standing.doors, people, standing.pids)
        time.sleep(SETTLE_SECONDS)
        for _ in range(options.runs):
            before = state(standing)
            break_all(lines)
            gone = state(standing)["sockets"]
            bare_lines, limit = storm(connect, standing.bares, people, standing.bare_pids)
            break_all(bare_lines)
            lines, run = storm(come_back, standing.doors, people, standing.pids)
            time.sleep(SETTLE_SECONDS)
            after = state(standing)
            run |= {f"limit_{key}": value for key, value in limit.items()}
            run |= {"sockets_before": before["sockets"], "sockets_between": gone, "sockets_after": after["sockets"]}
            run |= {"memory_grown_kib": after["memory_kib"] - before["memory_kib"]}
            runs.append(run)
        break_all(lines)
        left = state(standing)["sockets"]

    def middle(key: str) -> float:
        return measure.median([run[key] for run in runs])

    measure.report(
        measure.Result(
            name="reconnect_storm",
            value=middle("per_second"),
            unit="sockets/s",
            limit=middle("limit_per_second"),
            ratio=measure.median([run["per_second"] / run["limit_per_second"] for run in runs]),
            cpu_ms=middle("cpu_ms"),
            limit_cpu_ms=middle("limit_cpu_ms"),
            p50_ms=middle("p50_ms"),
            p99_ms=middle("p99_ms"),
            stalls_over_100ms=0,
            lost=sum(int(SOCKETS - run["sockets_after"]) for run in runs),
            doubled=int(left + sum(run["sockets_between"] for run in runs)),
            client_cpu_share=max(middle("client_cpu_share"), middle("limit_client_cpu_share")),
            db=options.db,
            server="daphne",
            runs=runs,
        ),
        as_json=options.json,
    )


if __name__ == "__main__":
    main()
