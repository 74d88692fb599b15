"""
Integrity checks of the ledger: every invariant as a query that returns its violations.

Constraints and triggers refuse what one statement can see; sums and relations between rows are checked here. With
``since``, only rows posted after that moment and the accounts that they touched are checked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from superapp.core.invariants import Violation, find_violations, load_rules, read_snapshot

__all__ = ["RULES", "Violation", "check_integrity"]

INBOX_AGE_MAX = timedelta(minutes=5)
RULES = load_rules(Path(__file__).parent.parent / "sql" / "proof.sql")

STALE_INBOX_SQL = """
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


def check_integrity(*, now: datetime, since: datetime | None = None) -> list[Violation]:
    """Check every invariant on one snapshot and return the violations; an empty list if there are none."""
    findings: list[Violation] = []
    with read_snapshot():
        for rule, template in RULES.items():
            statement = template.format(**(RECENT if since else ALL))
            moment = connection.ops.adapt_datetimefield_value(since)
            findings += find_violations(rule, statement, [moment] * statement.count("%s"))
        oldest = connection.ops.adapt_datetimefield_value(now - INBOX_AGE_MAX)
        findings += find_violations("queued credits are rolled up in time", STALE_INBOX_SQL, [oldest])
    return findings
