"""
What an open socket costs while its person does nothing: proportional memory of the server, by socket.

The limit is a consumer that only accepts. Both servers are fresh for each run, since one that has served before
re-uses what it has freed.
"""

from __future__ import annotations

import resource
import time
from typing import Any

from bench import ground, measure
from bench.ground import Ground, Person
from bench.wire import Line

SOCKETS = 2_000
SETTLE_SECONDS = 2.0


def grown(pid: int, port: int, path: str, people: list[Person]) -> dict[str, float]:
    """Open a socket for each person on a fresh server, and see by how much it has grown."""
    first = Line(0, port, path, people[0].session_key)  # What is loaded with the first belongs to no socket.
    time.sleep(SETTLE_SECONDS)
    before, used, began = measure.memory_kib(pid), measure.cpu([pid]), time.monotonic()
    lines = [Line(number, port, path, person.session_key) for number, person in enumerate(people[1:], 1)]
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


def run(standing: Ground, people: list[Person]) -> dict[str, Any]:
    for door in (standing.doors[0], standing.bares[0]):
        door.process.stop()
        door.process.start()
    limit = grown(standing.bares[0].process.pid, standing.bares[0].port, "/idle", people)
    return {
        **{f"limit_{key}": value for key, value in limit.items()},
        **grown(standing.doors[0].process.pid, standing.doors[0].port, "/ws", people),
    }


def main() -> None:
    options = measure.arguments(__doc__ or "")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with ground.stand(options.db) as standing:
        people = ground.people(SOCKETS)
        runs = [run(standing, people) for _ in range(options.runs)]

    result = measure.medians("idle_sockets", "KiB/socket", runs, db=options.db, lost=0, doubled=0, value="kib")
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
