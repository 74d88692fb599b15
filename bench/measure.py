"""Results of a bench and the measurements they consist of."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

CLIENT_SHARE_MAX = 0.25
# A bare server is so cheap that the two system calls of its client are a third of it; it is still the one waited for.
LIMIT_CLIENT_SHARE_MAX = 0.5
STALL_MS = 100


@dataclass(frozen=True)
class Limit:
    """The highest value that a number of a bench may have, as ``docs/speed.md`` promises."""

    what: str
    found: float
    most: float

    @property
    def is_met(self) -> bool:
        return self.found <= self.most

    def __str__(self) -> str:
        return f"{self.what}: {self.found:.4g}, at most {self.most:.4g}: {'met' if self.is_met else 'NOT MET'}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    One object, as printed with ``--json``.

    ``ratio`` is ``value`` against ``limit``, which a bare ASGI application reached on the same Daphne in the same run.
    ``cpu_ms`` is the server's CPU for one unit of work, all of its processes and the database's together.
    """

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    cpu_ms: float | None
    limit_cpu_ms: float | None
    p50_ms: float | None
    p99_ms: float | None
    stalls_over_100ms: int
    lost: int
    doubled: int
    client_cpu_share: float
    db: str
    server: str
    runs: list[dict[str, Any]]
    bounds: tuple[Limit, ...] = ()
    limit_client_cpu_share: float = 0.0
    # Why the run says nothing, beside a client that is too dear.
    void: str = ""
    client_share_max: float = CLIENT_SHARE_MAX


@dataclass(frozen=True)
class Cpu:
    """CPU seconds used so far: by the servers, and by this client."""

    server: float
    client: float

    def since(self, earlier: Cpu) -> Cpu:
        return Cpu(self.server - earlier.server, self.client - earlier.client)


_measuring = 0.0


def cpu(pids: Iterable[int]) -> Cpu:
    """
    Return the CPU time of these processes with their children, and of this one; reading it is not counted as client
    work.
    """
    global _measuring
    before = _own_seconds()
    server = sum(_tree_seconds(pid) for pid in pids)
    _measuring += _own_seconds() - before
    return Cpu(server, _own_seconds() - _measuring)


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _tree_seconds(pid: int) -> float:
    root = psutil.Process(pid)
    seconds = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # Its parent has counted it meanwhile.
            continue
        # Of children that ended, too: a database's connections come and go.
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def memory_kib(pid: int) -> float:
    """Proportional set size: shared pages are counted once among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise RuntimeError("the kernel tells no PSS")


def resident_kib(pid: int) -> int:
    """Resident set size: what the process itself would have to give back."""
    return int(psutil.Process(pid).memory_info().rss // 1024)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def stalls(moments: Sequence[tuple[float, float]]) -> int:
    """
    Return how many times something stood still for over 100 ms, given (when, milliseconds) of each operation.

    Operations held up by one stall end together, so that those which end within 50 ms of each other are counted once.
    """
    count, last = 0, float("-inf")
    for ended, took_ms in sorted(moments):
        if took_ms > STALL_MS:
            if ended - last > 0.05:
                count += 1
            last = ended
    return count


def median_result(
    name: str,
    unit: str,
    runs: list[dict[str, Any]],
    *,
    db: str,
    lost: int,
    doubled: int,
    value: str = "per_second",
    bounds: tuple[Limit, ...] = (),
    void: str = "",
    client_share_max: float = CLIENT_SHARE_MAX,
) -> Result:
    """
    The result of runs of the product beside a bare application, each run told by its own numbers and, as ``limit_…``,
    by those of the bare one.
    """

    def middle(key: str) -> float:
        return median([run[key] for run in runs])

    return Result(
        name=name,
        value=middle(value),
        unit=unit,
        limit=middle(f"limit_{value}"),
        ratio=median([run[value] / run[f"limit_{value}"] for run in runs]),
        cpu_ms=middle("cpu_ms"),
        limit_cpu_ms=middle("limit_cpu_ms"),
        p50_ms=middle("p50_ms") if "p50_ms" in runs[0] else None,
        p99_ms=middle("p99_ms") if "p99_ms" in runs[0] else None,
        stalls_over_100ms=sum(run.get("stalls_over_100ms", 0) for run in runs),
        lost=lost,
        doubled=doubled,
        client_cpu_share=max(
            middle(key) for key in runs[0] if key.endswith("client_cpu_share") and not key.startswith("limit_")
        ),
        limit_client_cpu_share=middle("limit_client_cpu_share"),
        db=db,
        server="daphne",
        runs=runs,
        bounds=bounds,
        void=void,
        client_share_max=client_share_max,
    )


def arguments(sentence: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=sentence)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def reason_void(result: Result) -> str:
    """Return the reason why the run is void; empty for a valid one."""
    if result.client_cpu_share > result.client_share_max:
        return f"the client used {result.client_cpu_share:.0%} of the server's CPU"
    if result.limit_client_cpu_share > LIMIT_CLIENT_SHARE_MAX:
        return f"the client used {result.limit_client_cpu_share:.0%} of the bare server's CPU"
    return result.void


def report(result: Result, *, as_json: bool) -> None:
    """
    Print the result. The run is void when the client was too dear; that, and a bound that is not met, is said by the
    exit code.
    """
    if as_json:
        print(json.dumps(asdict(result)))
    else:
        for key, value in {**asdict(result), "bounds": list(result.bounds)}.items():
            for line in value if isinstance(value, list) else [value]:
                print(f"{key:>18}  {line:.4g}" if isinstance(line, float) else f"{key:>18}  {line}")
    why = reason_void(result)
    if why:
        sys.exit(f"void: {why}")
    missed = [str(bound) for bound in result.bounds if not bound.is_met]
    if missed:
        sys.exit("\n".join(missed))
