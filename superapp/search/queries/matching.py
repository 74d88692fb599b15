"""The condition that a document has all terms, on each database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Case, F, Func, IntegerField, Value, When
from django.db.models.sql.compiler import SQLCompiler

from superapp.search.domain import engine_syntax
from superapp.search.domain.terms import Term
from superapp.search.models import Document

EXACT, PREFIX, ALL_IN_ORDER = 4, 2, 1


class _VectorMatches(Func):
    """The expression of the GIN index, compared with a query that no parser has touched."""

    output_field = BooleanField()

    def as_sql(  # type: ignore[override]  # Without Func's templates.
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        (column, params), (query, query_params) = map(compiler.compile, self.source_expressions)
        sql = f"array_to_tsvector(string_to_array({column}, ' ')) @@ CAST({query} AS tsquery)"
        return sql, (*params, *query_params)


class _Fts5Matches(Func):
    """The ids of documents, looked up in the FTS5 table, whose row ids they are."""

    output_field = BooleanField()

    def as_sql(  # type: ignore[override]  # Without Func's templates.
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        (column, params), (query, query_params) = map(compiler.compile, self.source_expressions)
        table = connection.ops.quote_name(self.extra["table"])
        sql = f"{column} IN (SELECT rowid FROM {table} WHERE {table} MATCH {query})"  # noqa: S608  # Our own table.
        return sql, (*params, *query_params)


def fts5_table(model: type[Document]) -> str:
    """Return the name of the FTS5 table of a collection on SQLite, whose row ids are the ids of the documents."""
    return f"{model._meta.db_table}_fts"


def matches(model: type[Document], terms: Sequence[Term], *, scope: int | None) -> Func:
    """Return the condition that a document of this scope, or of any, has each of the terms."""
    if connection.vendor == "postgresql":
        return _VectorMatches(F("tokens"), Value(engine_syntax.to_tsquery(terms, scope=scope)))
    query = Value(engine_syntax.to_fts5(terms, scope=scope))
    return _Fts5Matches(F("pk"), query, table=fts5_table(model))


def rank(terms: Sequence[Term]) -> Any:
    """
    Return how well a title fits: its words beside those of the query, then their beginnings, then their order.

    It compares the text of the title alone, so that both databases sort alike.
    """
    parts: list[Any] = [
        Case(
            When(title__contains=f" {term.word} ", then=EXACT),
            When(title__contains=f" {term.word}", then=PREFIX),
            default=0,
            output_field=IntegerField(),
        )
        for term in terms
    ]
    whole = f" {' '.join(term.word for term in terms)}"
    total: Any = Case(When(title__startswith=whole, then=ALL_IN_ORDER), default=0, output_field=IntegerField())
    for part in parts:
        total = total + part
    return total
