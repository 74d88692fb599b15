"""
Invariants of stored data: queries that return the rows violating them, as (row, detail).

Each app keeps its invariants in one SQL file, one rule after another; the ``check_…`` commands run them.
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
    """Load the rules of a file: query by name."""
    return {rule["name"]: rule["query"] for rule in _RULE.finditer(path.read_text())}


def find_violations(rule: str, statement: str, values: list[str | datetime | None] | None = None) -> list[Violation]:
    """Run a rule's query and return its first violations, at most ``VIOLATIONS_PER_RULE_MAX``."""
    with connection.cursor() as cursor:
        # ``%`` is used in these queries only for parameters.
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {VIOLATIONS_PER_RULE_MAX}", values or [])
        return [Violation(rule, str(row), str(detail)) for row, detail in cursor.fetchall()]


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Read all rows of the block in one snapshot, without blocking writers."""
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
