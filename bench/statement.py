"""
Measure a statement of 100,000 lines beside one of 10,000: lines a second, and the most memory that was held.

``peak_growth`` is how many times as much Python allocated at once for the long one; a statement that is streamed holds
a page of lines, however many there are. The forms are CSV and beancount, which have no bound of their own.
"""

from __future__ import annotations

import argparse
import json
import time
import tracemalloc
from datetime import timedelta
from typing import Any

from bench import environment
from bench.ledger_post import NOW
from tests.harness.authorizations import entry_fields

SHORT, LONG = 10_000, 100_000
LINES_PER_JOURNAL = 100
GROWTH_MAX = 1.25


def fill(sender: Any, receiver: Any, lines: int) -> None:
    """Post so many transfers from one account to the other."""
    from payments.writers import ledger
    from payments.writers.ledger import JournalEntry, TransferLine, derive_key
    from superapp.core.money import Money

    for number in range(lines // LINES_PER_JOURNAL):
        line = TransferLine(sender.pk, receiver.pk, Money(1_00))
        entry = JournalEntry(
            key=derive_key("bench", f"{receiver.pk}-{number}", {}),
            lines=(line,) * LINES_PER_JOURNAL,
            **entry_fields("bench"),
        )
        ledger.post(entry, now=NOW)


def measure_form(account: Any, form: str, lines: int) -> dict[str, Any]:
    """Read a whole statement; return its lines a second and the most memory that was allocated meanwhile."""
    from payments.queries.statement_files import open_statement

    period = {"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}
    began = time.perf_counter()
    for _chunk in open_statement(account, form, **period, holder="Bench", now=NOW).chunks:
        pass
    took = time.perf_counter() - began
    tracemalloc.start()
    for _chunk in open_statement(account, form, **period, holder="Bench", now=NOW).chunks:
        pass
    _now_held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"form": form, "lines": lines, "per_second": round(lines / took), "peak_kib": peak // 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with environment.start_database(options.db, has_redis=False):
        from payments.domain import chart_of_accounts
        from payments.writers import ledger

        bank, short, long = (
            ledger.get_or_open_account(f"{kind.name}:bench{n}:IDR", kind=kind, asset="IDR", now=NOW)
            for n, kind in enumerate((chart_of_accounts.BANK, chart_of_accounts.ESCROW, chart_of_accounts.ESCROW))
        )
        fill(bank, short, SHORT)
        fill(bank, long, LONG)
        told = []
        for form in ("csv", "beancount"):
            small, large = measure_form(short, form, SHORT), measure_form(long, form, LONG)
            growth = large["peak_kib"] / small["peak_kib"]
            told.append({**large, "peak_growth": round(growth, 3), "is_met": growth <= GROWTH_MAX})
    for one in told:
        print(json.dumps(one) if options.json else "  ".join(f"{name} {value}" for name, value in one.items()))
    if not all(one["is_met"] for one in told):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
