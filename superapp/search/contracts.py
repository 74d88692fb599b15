"""Values that the facade of search takes and returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

# A search that matches more is sorted, and counted, among so many.
CANDIDATES_MAX = 2_000
# Larger counts are told as "1.000+".
COUNT_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """
    A search. ``where`` are conditions on the facets of the collection, ``columns`` the facets to return.

    ``order`` is a facet, with a hyphen for descending order; ``"-id"`` is the newest first, and empty the most relevant
    first.
    """

    text: str
    scope: int | None = None
    where: Q = field(default_factory=Q)
    order: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that was found, with the facets that were asked for."""

    id: int
    rank: int
    facets: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    The documents that were found, in order.

    With ``is_truncated`` more match, and these are the first of them by the order, or the newest where the order is by
    relevance. ``words`` are those that were searched: with ``is_corrected`` others than were typed, of which there was
    none.
    """

    candidates: tuple[Candidate, ...]
    is_truncated: bool
    words: tuple[str, ...]
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """
    The progress of an index. With ``is_built`` it has all rows as they were at ``begun_at``, which is None for an index
    that was built before this time was kept; changes since then arrive apart from it.
    """

    is_built: bool
    begun_at: datetime | None
