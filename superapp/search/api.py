"""Facade of search: what products call to have their rows found, and to find them."""

from superapp.search.actions.indexing import index_documents
from superapp.search.contracts import CANDIDATES_MAX, COUNT_MAX, Candidate, IndexProgress, SearchRequest, SearchResult
from superapp.search.domain.terms import QUERY_CHARS_MAX
from superapp.search.models import Document
from superapp.search.queries.collections import SearchCollection, register
from superapp.search.queries.documents import browse, search, suggest
from superapp.search.queries.index_states import fetch_progress

__all__ = [
    "CANDIDATES_MAX",
    "COUNT_MAX",
    "QUERY_CHARS_MAX",
    "Candidate",
    "Document",
    "IndexProgress",
    "SearchCollection",
    "SearchRequest",
    "SearchResult",
    "browse",
    "fetch_progress",
    "index_documents",
    "register",
    "search",
    "suggest",
]
