"""
Measure transfers posted a second, with the whole schema and every guard.

On PostgreSQL (synchronous commit) two processes post through Django: between people, everybody to one merchant, in
batches of 200, and, for comparison, as a textbook would with the ORM. The limit is a minimal double-entry function
under pgbench, run in alternation, over as many connections: what waits for the disk shares a flush with those who wait
beside it. On SQLite (``synchronous=FULL``) one process posts, and the limit is the same minimal bookkeeping as bare
statements.

``value``, ``cpu_ms`` and the latencies are those between people; the others are in ``runs``. ``cpu_ms`` is
PostgreSQL's, and Python's is in ``runs``.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import re
import sqlite3
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import environment, measure
from bench.measure import Result
from bench.minimal_ledger import MINIMAL, MINIMAL_SQLITE, PGBENCH
from superapp.core.garbage_collection import collect_rarely
from tests.harness import servers
from tests.harness.authorizations import entry_fields

FUND, MADE = entry_fields("fund"), entry_fields("bench")
PEOPLE = 1_000
# As many as PAGE_PROCESSES is by default, and as many threads in each as makes eight at the same time.
PROCESSES = 2
THREADS = 4
SECONDS = 4.0
BATCH = 200
WARM_POSTS = {"between_people": 30, "to_merchant": 30, "batch": 2, "textbook": 5, "by_eight": 30}
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)


def prepare() -> dict[str, Any]:
    """Make people with money, and a merchant."""
    from payments.domain import chart_of_accounts
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from superapp.core.money import Money

    def opened(name: str, kind: chart_of_accounts.AccountKind) -> int:
        return ledger.get_or_open_account(
            chart_of_accounts.account_code(kind, name, "IDR"), kind=kind, asset="IDR", now=NOW
        ).pk

    cash, merchant = opened("bench", chart_of_accounts.CASH), opened("bench", chart_of_accounts.MERCHANT)
    people = [opened(f"bench.{number}", chart_of_accounts.WALLET) for number in range(PEOPLE)]
    for first in range(0, PEOPLE, BATCH):
        funded = people[first : first + BATCH]
        lines = ((person, (TransferLine(cash, person, Money(10**10)),)) for person in funded)
        ledger.post_many(
            [JournalEntry(key=derive_key("fund", str(who), {}), **FUND, lines=each) for who, each in lines], now=NOW
        )
    return {"people": people, "merchant": merchant}


def textbook_post(debit_id: int, credit_id: int, key: str) -> None:
    """The same rows as one would write them with the ORM: a transaction, two locked rows, two saves, five creates."""
    from django.db import transaction

    from payments.models import Account, Journal, Posting, Request, Transfer
    from superapp.core import ids

    with transaction.atomic():
        locked = {
            x.pk: x for x in Account.objects.select_for_update().filter(pk__in=[debit_id, credit_id]).order_by("pk")
        }
        debit, credit = locked[debit_id], locked[credit_id]
        assert debit.available >= 1
        journal = Journal.objects.create(public_id=ids.new_id(), kind="textbook", event_at=NOW, posted_at=NOW)
        transfer = Transfer.objects.create(
            journal=journal, line=1, asset="IDR", debit=debit, credit=credit, amount=1, phase="posted"
        )
        for account, delta in ((debit, -1), (credit, 1)):
            account.debits += delta < 0
            account.credits += delta > 0
            account.version += 1
            account.last_seq += 1
            account.save(update_fields=["debits", "credits", "version", "last_seq"])
            Posting.objects.create(
                account=account, seq=account.last_seq, rev=account.version, transfer=transfer, delta=delta,
                held_delta=0,                 balance_after=account.balance, held_after=account.held,
            )  # fmt: skip
        Request.objects.create(
            scope="textbook", key=key, content_hash="", outcome="posted", journal=journal, answered_at=NOW
        )


def worker(number: int, what: str, scene: dict[str, Any], line: Any, answers: Any) -> None:
    """Post for some seconds, and tell how much, with how much CPU and how long each took."""
    import django

    django.setup()
    from django.db import connection

    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, Posted, TransferLine, derive_key
    from superapp.core.money import Money

    collect_rarely()  # As the processes of pages do.
    rnd, run = random.Random(number), f"{os.getpid()}-{time.monotonic_ns()}"
    people, merchant = scene["people"], scene["merchant"]
    posted: list[int] = []
    took: list[tuple[float, float]] = []
    numbers = itertools.count()

    def entry(key: str) -> JournalEntry:
        debit, credit = rnd.sample(people, 2)
        credit = merchant if what == "to_merchant" else credit
        return JournalEntry(
            key=derive_key(f"user:{debit}", key, {"n": 1}), **MADE, lines=(TransferLine(debit, credit, Money(1)),)
        )

    def post() -> int:
        if what == "textbook":
            textbook_post(*rnd.sample(people, 2), f"{run}-{next(numbers)}")
            return 1
        size = BATCH if what == "batch" else 1
        entries = [entry(f"{run}-{next(numbers)}") for _ in range(size)]
        outcomes = ledger.post_many(entries, now=NOW) if size > 1 else [ledger.post(entries[0], now=NOW)]
        assert all(isinstance(outcome, Posted) and not outcome.replayed for outcome in outcomes)
        return size

    def post_for_a_while(begin: threading.Barrier) -> None:
        for _ in range(WARM_POSTS[what]):  # Connects, and has plans made.
            post()
        begin.wait(60)
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            before = time.monotonic()
            posted.append(post())
            took.append((time.monotonic(), (time.monotonic() - before) * 1_000))
        connection.close()

    count = THREADS if what == "by_eight" else 1
    begin = threading.Barrier(count + 1)
    threads = [threading.Thread(target=post_for_a_while, args=(begin,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    line.wait()
    begin.wait(60)
    began, cpu = time.monotonic(), time.process_time()
    for thread in threads:
        thread.join()
    answers.put((sum(posted), time.monotonic() - began, time.process_time() - cpu, took))


def measured(what: str, scene: dict[str, Any], pids: list[int], processes: int) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    line = context.Barrier(processes + 1)
    workers = [context.Process(target=worker, args=(n, what, scene, line, answers)) for n in range(processes)]
    for process in workers:
        process.start()
    line.wait(60)
    before = measure.cpu(pids)
    told = [answers.get(timeout=120) for _ in workers]
    used = measure.cpu(pids).since(before)
    for process in workers:
        process.join()
    count = sum(answer[0] for answer in told)
    took = [moment for answer in told for moment in answer[3]]
    return {
        "per_second": sum(answer[0] / answer[1] for answer in told),
        "database_cpu_ms": used.server / count * 1_000,
        "python_cpu_ms": sum(answer[2] for answer in told) / count * 1_000,
        "client_share": used.client / max(used.server + sum(answer[2] for answer in told), 0.001),
        "p50_ms": measure.percentile([ms for _, ms in took], 50),
        "p99_ms": measure.percentile([ms for _, ms in took], 99),
        "stalls_over_100ms": measure.stalls(took),
    }


def minimal_on_postgres(postgres: servers.Postgres, directory: Path, clients: int = PROCESSES) -> dict[str, Any]:
    script = directory / "minimal.sql"
    script.write_text(PGBENCH)
    pids = [postgres.pid]
    before = measure.cpu(pids)
    done = subprocess.run(
        [
            servers.find("pgbench"), "-n", "-f", script, f"-c{clients}", "-j2", f"-T{SECONDS:.0f}", "-Mprepared",
            postgres.url(),
        ],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    used = measure.cpu(pids).since(before)
    count = int(re.findall(r"transactions actually processed: (\d+)", done.stdout)[0])
    rate = float(re.findall(r"tps = ([\d.]+)", done.stdout)[0])
    return {"per_second": rate, "database_cpu_ms": used.server / count * 1_000}


def minimal_on_sqlite(directory: Path) -> dict[str, Any]:
    """The same bookkeeping as bare statements, a transaction each, with our settings, beside as many transfers."""
    from django.conf import settings

    from payments.models import Transfer

    database = sqlite3.connect(directory / f"minimal-{time.monotonic_ns()}.sqlite3", isolation_level=None)
    database.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"] + MINIMAL_SQLITE)
    database.executemany("INSERT INTO account VALUES (?, ?, 0)", [(number, 10**12) for number in range(1, PEOPLE + 1)])
    rnd = random.Random(1)
    _fill(database, rnd, Transfer.objects.count())
    count, began, cpu = 0, time.monotonic(), time.process_time()
    while time.monotonic() - began < SECONDS:
        debit, credit = rnd.sample(range(1, PEOPLE + 1), 2)
        database.execute("BEGIN IMMEDIATE")
        (transfer,) = database.execute(
            "INSERT INTO transfer (key, debit_id, credit_id, amount, posted_at) VALUES (?, ?, ?, 1, '2027')"
            " RETURNING id",
            (f"{count}", debit, credit),
        ).fetchone()
        for account, delta in ((debit, -1), (credit, 1)):
            (after,) = database.execute(
                "UPDATE account SET balance = balance + ?, version = version + 1 WHERE id = ? RETURNING balance",
                (delta, account),
            ).fetchone()
            database.execute(
                "INSERT INTO posting (transfer_id, account_id, amount, balance_after) VALUES (?, ?, ?, ?)",
                (transfer, account, delta, after),
            )
        database.execute("COMMIT")
        count += 1
    seconds = time.monotonic() - began
    database.close()
    return {"per_second": count / seconds, "database_cpu_ms": (time.process_time() - cpu) / count * 1_000}


def _fill(database: sqlite3.Connection, rnd: random.Random, count: int) -> None:
    pairs = [rnd.sample(range(1, PEOPLE + 1), 2) for _ in range(count)]
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO transfer (key, debit_id, credit_id, amount, posted_at) VALUES (?, ?, ?, 1, '2027')",
        [(f"before-{number}", *pair) for number, pair in enumerate(pairs)],
    )
    database.executemany(
        "INSERT INTO posting (transfer_id, account_id, amount, balance_after) VALUES (?, ?, ?, ?)",
        [(number, account, 1, 1) for number, pair in enumerate(pairs, start=1) for account in pair],
    )
    database.execute("COMMIT")


def main() -> None:
    arguments = measure.arguments("How many transfers a second the ledger posts.")
    with environment.start_database(arguments.db, has_redis=False) as database:
        postgres, directory = database.postgres, database.directory
        scene = prepare()
        environment.settle_database(MINIMAL)
        kinds = (
            ("between_people", "by_eight", "to_merchant", "batch", "textbook")
            if postgres
            else ("between_people", "batch", "textbook")
        )
        runs = []
        for _run in range(arguments.runs):
            limit = minimal_on_postgres(postgres, directory) if postgres else minimal_on_sqlite(directory)
            pids = [postgres.pid] if postgres else []
            found = {what: measured(what, scene, pids, PROCESSES if postgres else 1) for what in kinds}
            run = {"limit": limit, **found, **_ratios(limit, found)}
            if postgres:
                run["limit_by_eight"] = minimal_on_postgres(postgres, directory, PROCESSES * THREADS)
                run["by_eight_of_minimal"] = found["by_eight"]["per_second"] / run["limit_by_eight"]["per_second"]
            runs.append(run)
        lost, doubled = _audit()
    measure.report(_result(arguments.db, runs, lost, doubled), as_json=arguments.json)


def _ratios(limit: dict[str, Any], found: dict[str, dict[str, Any]]) -> dict[str, float]:
    rate = {what: one["per_second"] for what, one in found.items()}
    ratios = {
        "of_minimal": rate["between_people"] / limit["per_second"],
        "batch_of_single": rate["batch"] / rate["between_people"],
        "times_textbook": rate["between_people"] / rate["textbook"],
    }
    if "to_merchant" in rate:
        ratios["merchant_of_people"] = rate["to_merchant"] / rate["between_people"]
    return ratios


def _audit() -> tuple[int, int]:
    """After all that, the ledger is proved: nothing lost, nothing doubled."""
    from django.db import connection

    from payments.maintenance import integrity_checks
    from payments.writers import ledger

    ledger.roll_up_due(NOW)
    found = integrity_checks.check_integrity(now=NOW)
    connection.close()
    return len(found), 0


def _result(db: str, runs: list[dict[str, Any]], lost: int, doubled: int) -> Result:
    def middle(*path: str) -> float:
        values = []
        for run in runs:
            value: Any = run
            for step in path:
                value = value[step]
            values.append(float(value))
        return measure.median(values)

    return Result(
        name="ledger_post",
        value=middle("between_people", "per_second"),
        unit="transfers/s",
        limit=middle("limit", "per_second"),
        ratio=middle("of_minimal"),
        cpu_ms=middle("between_people", "database_cpu_ms" if db == "postgres" else "python_cpu_ms"),
        limit_cpu_ms=middle("limit", "database_cpu_ms"),
        p50_ms=middle("between_people", "p50_ms"),
        p99_ms=middle("between_people", "p99_ms"),
        stalls_over_100ms=int(sum(run["between_people"]["stalls_over_100ms"] for run in runs)),
        lost=lost,
        doubled=doubled,
        client_cpu_share=middle("between_people", "client_share"),
        db=db,
        server="Django, one call a transfer",
        runs=runs,
    )


if __name__ == "__main__":
    main()
