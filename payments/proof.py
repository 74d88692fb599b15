"""
Proving the ledger: every invariant as a query that names the rows which break it.

Constraints and triggers refuse what a statement can see; what only sums and neighbours show is proved here. With
``since``, only what was posted after that moment is proved, together with how each account that it touched now
stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

FINDINGS_OF_ONE_CHECK_MAX = 20
INBOX_AGE_MAX = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be: which rule, which row, and what is there."""

    rule: str
    row: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.row} ({self.detail})"


_RULE = re.compile(r"^-- rule: (?P<name>.+)\n(?P<query>(?:.+\n)+?.*);$", re.MULTILINE)
RULES = {
    rule["name"]: rule["query"] for rule in _RULE.finditer((Path(__file__).parent / "sql" / "proof.sql").read_text())
}

STALE_INBOX = """
    SELECT 'account ' || a.code, 'waiting since ' || min(j.posted_at)
    FROM payments_inbox i JOIN payments_transfer t ON t.id = i.transfer_id
    JOIN payments_journal j ON j.id = t.journal_id
    JOIN payments_account a ON a.id = i.account_id GROUP BY a.code HAVING min(j.posted_at) < %s"""

RECENT = {
    "recent": "t.journal_id IN (SELECT id FROM payments_journal WHERE posted_at >= %s)",
    "journals": "j.posted_at >= %s",
    "touched": (
        "a.id IN (SELECT y.account_id FROM payments_posting y JOIN payments_transfer z ON z.id = y.transfer_id"
        " JOIN payments_journal k ON k.id = z.journal_id WHERE k.posted_at >= %s)"
    ),
}
ALL = {"recent": "1 = 1", "journals": "1 = 1", "touched": "1 = 1"}


def prove(*, now: datetime, since: datetime | None = None) -> list[Finding]:
    """Check every invariant on one snapshot, and return what breaks one; nothing, if the ledger tells the truth."""
    findings: list[Finding] = []
    with _one_snapshot():
        for rule, template in RULES.items():
            statement = template.format(**(RECENT if since else ALL))
            moment = connection.ops.adapt_datetimefield_value(since)
            findings += _run(rule, statement, [moment] * statement.count("%s"))
        oldest = connection.ops.adapt_datetimefield_value(now - INBOX_AGE_MAX)
        findings += _run("queued credits are rolled up in time", STALE_INBOX, [oldest])
    return findings


def _run(rule: str, statement: str, values: list[str | datetime | None]) -> list[Finding]:
    with connection.cursor() as cursor:
        # ``%`` has no other meaning in these texts than a place for a value.
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {FINDINGS_OF_ONE_CHECK_MAX}", values)
        return [Finding(rule, str(row), str(detail)) for row, detail in cursor.fetchall()]


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Read all rows as of one moment, without the turn to write and without a lock that somebody waits for."""
    if connection.in_atomic_block:
        yield
        return
    snapshot = (
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN DEFERRED"
    )
    with connection.cursor() as cursor:
        cursor.execute(snapshot)
        try:
            yield
        finally:
            cursor.execute("COMMIT")
