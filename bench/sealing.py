"""
Measure what sealing a journal in a block costs, beside what posting its transfer costs.

Rounds alternate in one process: transfers are posted, then sealed. ``value`` is the CPU of sealing a journal, of
Python and the database together, ``limit`` that of posting a transfer, ``ratio`` one of the other. Sealing runs in the
work process, so no payer waits for it; the bound is for the machine.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench import environment, measure
from bench.ledger_post import MADE, NOW, prepare
from bench.measure import Limit, Result
from superapp.core.garbage_collection import collect_rarely

POSTS = 3_000
SHARE_MAX = 0.02
LATER = NOW + timedelta(minutes=1)


def post(scene: dict[str, Any], run: int) -> int:
    """Post transfers between people, one a call, and return how many."""
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from superapp.core.money import Money

    rnd = random.Random(run)
    for number in range(POSTS):
        debit, credit = rnd.sample(scene["people"], 2)
        key = derive_key(f"user:{debit}", f"seal-{run}-{number}", {"n": 1})
        ledger.post(JournalEntry(key=key, **MADE, lines=(TransferLine(debit, credit, Money(1)),)), now=NOW)
    return POSTS


def seal() -> int:
    """Seal what was posted, and return how many journals."""
    from payments.actions import sealing

    total = 0
    while count := sealing.seal_block(now=LATER):
        total += count
    return total


def cost(work: Callable[[], int], pids: list[int]) -> dict[str, float]:
    """Return milliseconds for one unit of work: of CPU, and on the clock."""
    before, cpu, began = measure.cpu(pids), time.process_time(), time.monotonic()
    count = work()
    seconds, python = time.monotonic() - began, time.process_time() - cpu
    database = measure.cpu(pids).since(before).server if pids else 0.0
    return {"cpu_ms": (python + database) / count * 1_000, "ms": seconds / count * 1_000, "count": count}


def main() -> None:
    arguments = measure.arguments("What sealing a journal costs.")
    with environment.start_database(arguments.db, has_redis=False) as database:
        pids = [database.postgres.pid] if database.postgres else []
        scene = prepare()
        post(scene, -1)
        seal()
        collect_rarely()  # As the processes that post and the one that seals do.
        runs = []
        for run in range(arguments.runs):
            posted = cost(lambda run=run: post(scene, run), pids)  # type: ignore[misc]
            runs.append({"posting": posted, "sealing": cost(seal, pids)})
        lost = _audit()
    measure.report(_result(arguments.db, runs, lost), as_json=arguments.json)


def _audit() -> int:
    """After all that, each journal is sealed as it was posted."""
    from django.db import connection

    from payments.maintenance import block_checks

    checked = block_checks.check_blocks(now=LATER)
    connection.close()
    return len(checked.violations)


def _result(db: str, runs: list[dict[str, Any]], lost: int) -> Result:
    sealing = measure.median([run["sealing"]["cpu_ms"] for run in runs])
    posting = measure.median([run["posting"]["cpu_ms"] for run in runs])
    share = measure.median([run["sealing"]["cpu_ms"] / run["posting"]["cpu_ms"] for run in runs])
    return Result(
        name="sealing",
        value=sealing,
        unit="ms of CPU a journal",
        limit=posting,
        ratio=share,
        cpu_ms=sealing,
        limit_cpu_ms=posting,
        p50_ms=measure.median([run["sealing"]["ms"] for run in runs]),
        p99_ms=None,
        stalls_over_100ms=0,
        lost=lost,
        doubled=0,
        client_cpu_share=0.0,
        db=db,
        server="Django, blocks of up to a thousand",
        runs=runs,
        bounds=(Limit("sealing of a transfer", share, SHARE_MAX),),
    )


if __name__ == "__main__":
    main()
