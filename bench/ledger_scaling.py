"""
Compare what a wallet's pages read at 10,000 and at 1,000,000 movements, or at 5,000,000.

``python -m bench.ledger_scaling [--db sqlite|postgres] [--largest 1000000] [--json]``. Counted are rows and pages on
PostgreSQL (``EXPLAIN ANALYZE`` of each statement that was sent) and steps of the virtual machine on SQLite; neither
depends on what else the machine does. The movements are loaded by statements of many rows. The guards are on for the
first million; for four more they would take over an hour, so that PostgreSQL leaves them out. The ledger is proved
afterwards.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from bench import environment
from bench.ledger_post import NOW

SMALLEST = 10_000
# Movements, each of which is two postings.
SIZES = (SMALLEST, 100_000, 1_000_000, 5_000_000)
GUARDED = 1_000_000
LOADED_AT_ONCE = 100_000
PAGE = 50
# What a wallet with a hundred times the movements may read more.
GROWTH_MAX = 1.1

NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) SELECT "
NUMBERED = "version = version + {count}, last_seq = last_seq + {count}"
LOAD = (
    "INSERT INTO payments_journal"
    " (id, public_id, kind, reference, actor_id, reverses_id, memo_hash, event_at, posted_at) "
    + NUMBERS
    + "{journals} + n, {uuid}, 'bench', '', NULL, NULL, '', {now}, {now} FROM numbers",
    "INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at) "
    + NUMBERS
    + "'bench:flat', '' || ({journals} + n), '', 'posted', '', {journals} + n, {now} FROM numbers",
    "INSERT INTO payments_transfer"
    " (id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at) "
    + NUMBERS
    + "{transfers} + n, {journals} + n, 1, 'IDR', {cash}, {wallet}, 1, 'posted', NULL, NULL FROM numbers",
    "INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) "
    + NUMBERS
    + "{cash}, {cash_seq} + n, {cash_rev} + n, {transfers} + n, -1, 0, {cash_balance} - n, 0 FROM numbers",
    "INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) "
    + NUMBERS
    + "{wallet}, {wallet_seq} + n, {wallet_rev} + n, {transfers} + n, 1, 0, {wallet_balance} + n, 0 FROM numbers",
    "UPDATE payments_account SET debits = debits + {count}, " + NUMBERED + " WHERE id = {cash}",
    "UPDATE payments_account SET credits = credits + {count}, " + NUMBERED + " WHERE id = {wallet}",
)


def load(cash_id: int, wallet_id: int, count: int, *, is_guarded: bool = True) -> None:
    """So many sen, each by a transfer of its own: the rows that ``ledger.post`` would leave, past the same guards."""
    from django.db import connection, transaction
    from django.db.models import Max

    from payments.models import Account, Journal, Transfer

    cash, wallet = Account.objects.get(pk=cash_id), Account.objects.get(pk=wallet_id)
    fields = {
        "count": count,
        "journals": Journal.objects.aggregate(n=Max("pk"))["n"] or 0,
        "transfers": Transfer.objects.aggregate(n=Max("pk"))["n"] or 0,
        "uuid": "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))",
        "now": f"'{connection.ops.adapt_datetimefield_value(NOW)}'",
    }
    for name, account in (("cash", cash), ("wallet", wallet)):
        fields |= {
            name: account.pk,
            f"{name}_seq": account.last_seq,
            f"{name}_rev": account.version,
            f"{name}_balance": account.balance,
        }
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_guarded and connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in LOAD:
            cursor.execute(statement.format(**fields))


def read_on_postgres(read: Callable[[], Any]) -> dict[str, int]:
    """Return how many rows and pages the statements of this reading touch."""
    from django.db import connection

    sent: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        read()
    rows = pages = 0
    with connection.cursor() as cursor:
        for sql, params in sent:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()
            plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            rows += _rows_of(plan)
            pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return {"statements": len(sent), "rows": rows, "pages": pages}


def _rows_of(plan: dict[str, Any]) -> int:
    """Rows that the scans of a plan looked at, those that they threw away included."""
    looked_at = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    looked_at += plan.get("Rows Removed by Index Recheck", 0)
    own = looked_at * plan["Actual Loops"] if plan["Node Type"].endswith("Scan") else 0
    return int(own) + sum(_rows_of(part) for part in plan.get("Plans", []))


def read_on_sqlite(read: Callable[[], Any]) -> dict[str, int]:
    """Return how many steps the virtual machine takes for this reading."""
    from django.db import connection

    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 1)
    try:
        read()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return {"steps": steps}


def list_reads(user_id: int, wallet_id: int) -> dict[str, Callable[[], Any]]:
    from payments import api
    from payments.models import Account, Posting

    account = Account.objects.get(pk=wallet_id)
    newest = Posting.objects.select_related("transfer__journal").get(account=account, seq=account.last_seq)
    return {
        "balance": lambda: api.get_wallet(user_id, now=NOW),
        "newest page": lambda: api.list_wallet_movements(user_id, now=NOW, limit=PAGE),
        "page in the middle": lambda: api.list_wallet_movements(
            user_id, now=NOW, limit=PAGE, before_seq=account.last_seq // 2
        ),
        "what came after": lambda: api.list_wallet_changes(user_id, after=account.version - 10, now=NOW),
        "receipt": lambda: api.get_receipt(user_id, newest.transfer.journal.public_id),
    }


def measured(largest: int) -> dict[str, Any]:
    """Load a wallet in steps of ten, and read it at each of them."""
    from django.db import connection

    from payments import api
    from payments.domain import chart_of_accounts
    from payments.maintenance import integrity_checks
    from payments.models import Account
    from payments.writers import ledger
    from superapp.accounts.models import User

    user = User.objects.create(handle="flat", name="Flat", joined_at=NOW)
    wallet = Account.objects.get(public_id=api.get_wallet(user.pk, now=NOW).public_id)
    cash = ledger.get_or_open_account("cash:flat:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=NOW)
    read = read_on_postgres if connection.vendor == "postgresql" else read_on_sqlite
    sizes = [size for size in SIZES if size <= largest]
    found: dict[str, dict[int, dict[str, int]]] = {}
    loaded = 0
    for size in sizes:
        while loaded < size:
            count = min(LOADED_AT_ONCE, size - loaded)
            load(cash.pk, wallet.pk, count, is_guarded=loaded < GUARDED)
            loaded += count
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for name, reading in list_reads(user.pk, wallet.pk).items():
            found.setdefault(name, {})[size] = read(reading)
    findings = [str(finding) for finding in integrity_checks.check_integrity(now=NOW)]
    connection.close()
    counted = "rows" if connection.vendor == "postgresql" else "steps"
    growth = {name: by[sizes[-1]][counted] / by[sizes[0]][counted] for name, by in found.items()}
    return {"read": found, "growth": growth, "findings": findings}


def main() -> None:
    parser = argparse.ArgumentParser(description="What a wallet's pages read, small and large.")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--largest", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with environment.start_database(arguments.db, has_redis=False):
        told = {"name": "ledger_flat", "db": arguments.db, **measured(arguments.largest)}
    if arguments.json:
        print(json.dumps(told))
    else:
        for reading, by in told["read"].items():
            print(f"{reading:>20}  " + "   ".join(f"{size:>9,}: {counts}" for size, counts in by.items()))
    growing = [name for name, growth in told["growth"].items() if growth > GROWTH_MAX]
    if growing or told["findings"]:
        sys.exit(f"not flat: {growing}; not proved: {told['findings']}")


if __name__ == "__main__":
    main()
