"""
Proving what was stored: an invariant is a query that names the rows which break it, as (row, detail).

Every app that has some keeps them in one file of SQL, a rule after another; ``check_…`` commands run them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

FINDINGS_OF_ONE_RULE_MAX = 20
_RULE = re.compile(r"^-- rule: (?P<name>.+)\n(?P<query>(?:.+\n)+?.*);$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be: which rule, which row, and what is there."""

    rule: str
    row: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.row} ({self.detail})"


def rules_of(path: Path) -> dict[str, str]:
    """The rules of a file, by name."""
    return {rule["name"]: rule["query"] for rule in _RULE.finditer(path.read_text())}


def run(rule: str, statement: str, values: list[str | datetime | None] | None = None) -> list[Finding]:
    """What breaks a rule, as far as it is worth reading."""
    with connection.cursor() as cursor:
        # ``%`` has no other meaning in these texts than a place for a value.
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {FINDINGS_OF_ONE_RULE_MAX}", values or [])
        return [Finding(rule, str(row), str(detail)) for row, detail in cursor.fetchall()]


@contextmanager
def one_snapshot() -> Iterator[None]:
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
