"""
Check stored data: an invariant is a query that returns the rows violating it, as (row, detail).

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

VIOLATIONS_PER_RULE_MAX = 20
_RULE = re.compile(r"^-- rule: (?P<name>.+)\n(?P<query>(?:.+\n)+?.*);$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that violates an invariant: the rule, the row and its content."""

    rule: str
    row: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.row} ({self.detail})"


def load_rules(path: Path) -> dict[str, str]:
    """The rules of a file, by name."""
    return {rule["name"]: rule["query"] for rule in _RULE.finditer(path.read_text())}


def find_violations(rule: str, statement: str, values: list[str | datetime | None] | None = None) -> list[Violation]:
    """Run a rule's query and return its first violations, at most ``VIOLATIONS_PER_RULE_MAX``."""
    with connection.cursor() as cursor:
        # ``%`` has no other meaning in these texts than a place for a value.
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {VIOLATIONS_PER_RULE_MAX}", values or [])
        return [Violation(rule, str(row), str(detail)) for row, detail in cursor.fetchall()]


@contextmanager
def read_snapshot() -> Iterator[None]:
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
