"""
Measure how fast 500 people who open an angpao at the same moment are answered.

``python -m bench.angpao [--db sqlite|postgres] [--runs 5] [--json]``. All requests wait at once: first through the
batcher, as the product does; then, for another packet, by eight threads with a transaction for each opening, which is
the reference. ``value`` and ``limit`` are openings a second of the two, ``p50_ms`` and ``p99_ms`` are what people wait
for their answer with the batcher. ``lost`` is what the integrity checks of packets and money find, and ``doubled`` are
people with more than one share.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from bench import environment, measure
from bench.measure import Result
from tests.harness.authorizations import entry_fields

PEOPLE, THREADS = 500, 8
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
PIN = "280394"
EACH_SEN = 1_000_00


def prepare() -> tuple[int, list[int], str]:
    """Make a sender with money and a PIN, a group, and its members with wallets."""
    from payments import api as payments
    from payments.domain import chart_of_accounts
    from payments.models import Account
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from superapp.core.money import Money

    sender, *members = environment.create_users(PEOPLE + 1)
    group = environment.create_group([sender, *members])
    for person in (sender, *members):
        payments.get_wallet(person.id, now=NOW)
    payments.set_first_pin(user_id=sender.id, pin=PIN, now=NOW)
    cash = ledger.get_or_open_account("cash:bench:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=NOW)
    wallet = Account.objects.get(owner_id=sender.id)
    ledger.set_ceiling(wallet.pk, None)
    entry = JournalEntry(
        key=derive_key("fund", "sender", {}),
        **entry_fields("fund"),
        lines=(TransferLine(cash.pk, wallet.pk, Money(10**13)),),
    )
    ledger.post(entry, now=NOW)
    return sender.id, [one.id for one in members], group


def send(sender: int, group: str) -> Any:
    """Send an angpao for everybody, and return its id."""
    from angpao import api
    from superapp.core import ids
    from superapp.core.money import Money

    request = api.PacketRequest(
        packet=ids.new_id(),
        sender_id=sender,
        audience=f"chat.conversation:{group}",
        mode="equal",
        total=Money(PEOPLE * EACH_SEN),
        slots=PEOPLE,
    )
    api.send_angpao(request, device_id=None, pin=PIN, now=NOW)
    return request.packet


def open_in_batches(packet: Any, members: list[int]) -> list[float]:
    """Have all members open at once, and return how long each waited, in milliseconds."""
    from angpao.contracts import Opening
    from angpao.writers import openings

    took: list[float] = []
    began = time.perf_counter()

    def note(_future: Future[Any]) -> None:
        took.append((time.perf_counter() - began) * 1_000)

    futures = [openings.writer.submit(Opening(packet, member, NOW)) for member in members]
    for future in futures:
        future.add_done_callback(note)
    for future in futures:
        future.result()
    return took


def open_one_by_one(packet: Any, members: list[int]) -> list[float]:
    """Have all members open at once, with a transaction for each."""
    from django.db import connection

    from angpao.contracts import Opening
    from angpao.writers import openings

    began = time.perf_counter()

    def work(thread: int) -> list[float]:
        took = []
        for member in members[thread::THREADS]:
            openings.open_batch([Opening(packet, member, NOW)])
            took.append((time.perf_counter() - began) * 1_000)
        connection.close()
        return took

    with ThreadPoolExecutor(THREADS) as threads:
        return [one for took in threads.map(work, range(THREADS)) for one in took]


def audit() -> tuple[int, int]:
    """Run the integrity checks of packets and money, and count people with more than one share of a packet."""
    from django.db.models import Count

    from angpao.maintenance import integrity_checks
    from angpao.models import Slot
    from payments.maintenance import integrity_checks as money

    found = len(integrity_checks.check_integrity()) + len(money.check_integrity(now=NOW))
    opened = Slot.objects.exclude(opened_by=None).values("packet", "opened_by").annotate(shares=Count("pk"))
    return found + Slot.objects.filter(opened_by=None).count(), opened.filter(shares__gt=1).count()


def main() -> None:
    arguments = measure.arguments("How fast five hundred people who open an angpao at once are answered.")
    with environment.start_database(arguments.db):
        sender, members, group = prepare()
        environment.settle_database()
        runs = []
        for _run in range(arguments.runs):
            ways: dict[str, Callable[[Any, list[int]], list[float]]] = {
                "batches": open_in_batches,
                "one_by_one": open_one_by_one,
            }
            took = {name: way(send(sender, group), members) for name, way in ways.items()}
            rate = {name: PEOPLE / max(times) * 1_000 for name, times in took.items()}
            runs.append({"took": took["batches"], "rate": rate, "ratio": rate["batches"] / rate["one_by_one"]})
        lost, doubled = audit()
    measure.report(_result(runs, lost, doubled, arguments.db), as_json=arguments.json)


def _result(runs: list[dict[str, Any]], lost: int, doubled: int, db: str) -> Result:
    waits = [ms for run in runs for ms in run["took"]]
    return Result(
        name="angpao",
        value=measure.median([run["rate"]["batches"] for run in runs]),
        unit="openings/s",
        limit=measure.median([run["rate"]["one_by_one"] for run in runs]),
        ratio=measure.median([run["ratio"] for run in runs]),
        cpu_ms=None,
        limit_cpu_ms=None,
        p50_ms=measure.percentile(waits, 50),
        p99_ms=measure.percentile(waits, 99),
        stalls_over_100ms=0,
        lost=lost,
        doubled=doubled,
        client_cpu_share=0.0,
        db=db,
        server="Django, one process",
        runs=[{"rate": run["rate"], "ratio": run["ratio"]} for run in runs],
    )


if __name__ == "__main__":
    main()
