"""
Queries in the syntax of each database: ``tsquery`` of PostgreSQL, and FTS5 of SQLite.

Tokens contain letters and digits alone (and the mark of a scope, which is no sign of either syntax), so that nothing
that a person types is ever an operator.
"""

from __future__ import annotations

from collections.abc import Sequence

from superapp.search.domain.terms import Term
from superapp.search.domain.tokens import scope_token


def to_tsquery(terms: Sequence[Term], *, scope: int | None) -> str:
    """Return the query as the text of a ``tsquery``, to be cast and not parsed as a language."""
    groups = [
        " | ".join([f"'{token}'" for token in term.alternatives] + ([f"'{term.word}':*"] if term.is_prefix else []))
        for term in terms
    ]
    marks = [] if scope is None else [f"'{scope_token(scope)}'"]
    return " & ".join([*marks, *(f"({group})" for group in groups)])


def to_fts5(terms: Sequence[Term], *, scope: int | None) -> str:
    """Return the query in the syntax of FTS5's MATCH."""
    groups = [
        " OR ".join([f'"{token}"' for token in term.alternatives] + ([f'"{term.word}" *'] if term.is_prefix else []))
        for term in terms
    ]
    marks = [] if scope is None else [f'"{scope_token(scope)}"']
    return " AND ".join([*marks, *(f"({group})" for group in groups)])
