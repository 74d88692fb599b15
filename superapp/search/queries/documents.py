"""Searches of documents."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import IntegerField, Value

from superapp.search.contracts import CANDIDATES_MAX, Candidate, SearchRequest, SearchResult
from superapp.search.domain import completions, terms
from superapp.search.domain.terms import Term
from superapp.search.queries import matching, vocabulary
from superapp.search.queries.collections import SearchCollection, collections

# Of so many titles, the newest that match, completions are made.
COMPLETED_TITLES_MAX = 200


def search(name: str, request: SearchRequest) -> SearchResult:
    """
    Search a collection. If no document matches, words that no document of the collection has are replaced by the
    nearest that one has, and the search is made once more.

    Without a word nothing is searched, and nothing found.
    """
    collection = collections[name]
    words = terms.parse_words(request.text)
    found = _list_candidates(collection, words, request)
    corrected = None if found else vocabulary.correct(collection, words)
    if corrected is not None:
        found = _list_candidates(collection, corrected, request)
    return SearchResult(
        candidates=tuple(found[:CANDIDATES_MAX]),
        is_truncated=len(found) > CANDIDATES_MAX,
        words=tuple(words if corrected is None else corrected),
        is_corrected=corrected is not None,
    )


def browse(name: str, request: SearchRequest) -> SearchResult:
    """List the documents of a collection that its conditions select, without a search; the newest first."""
    rows = collections[name].model.objects.filter(request.where)  # type: ignore[attr-defined]
    rows = rows if request.scope is None else rows.filter(scope=request.scope)
    ordered = rows.order_by(*_order(request)).values_list("pk", *request.columns)
    found = [Candidate(pk, 0, tuple(facets)) for pk, *facets in ordered[: CANDIDATES_MAX + 1]]
    return SearchResult(
        candidates=tuple(found[:CANDIDATES_MAX]),
        is_truncated=len(found) > CANDIDATES_MAX,
        words=(),
        is_corrected=False,
    )


def suggest(name: str, text: str, *, scope: int | None = None) -> list[str]:
    """Return texts that go on with what somebody types and find something, the most frequent first."""
    words = terms.parse_words(text)
    if not words or len(words[-1]) < terms.PREFIX_CHARS_MIN:
        return []
    collection = collections[name]
    condition = matching.matches(collection.model, terms.make_terms(words), scope=scope)
    titles = collection.model.objects.filter(condition).order_by("-pk").values_list("title", flat=True)  # type: ignore[attr-defined]  # An abstract model has no manager.
    return completions.complete(words, titles[:COMPLETED_TITLES_MAX])


def list_ids(collection: SearchCollection, after: int, limit: int) -> list[int]:
    """List the ids of documents after an id, in order."""
    rows = collection.model.objects.filter(pk__gt=after).order_by("pk")  # type: ignore[attr-defined]
    return list(rows.values_list("pk", flat=True)[:limit])


def _list_candidates(collection: SearchCollection, words: Sequence[str], request: SearchRequest) -> list[Candidate]:
    """List what matches, at most one more than CANDIDATES_MAX."""
    if not words:
        return []
    made = terms.make_terms(words)
    rows = collection.model.objects.filter(  # type: ignore[attr-defined]  # An abstract model has no manager.
        request.where, matching.matches(collection.model, made, scope=request.scope)
    )
    rows = rows.annotate(rank=_rank(made, request)).order_by(*_order(request))
    found = [
        Candidate(pk, rank, tuple(facets))
        for pk, rank, *facets in rows.values_list("pk", "rank", *request.columns)[: CANDIDATES_MAX + 1]
    ]
    if not request.order:
        # The last is one too many, and the oldest.
        found[:CANDIDATES_MAX] = sorted(found[:CANDIDATES_MAX], key=_by_relevance)
    return found


def _rank(made: Sequence[Term], request: SearchRequest) -> object:
    return Value(0, IntegerField()) if request.order else matching.rank(made)


def _order(request: SearchRequest) -> tuple[str, ...]:
    return (request.order, "-pk") if request.order not in ("", "-id") else ("-pk",)


def _by_relevance(candidate: Candidate) -> tuple[int, int]:
    return -candidate.rank, -candidate.id
