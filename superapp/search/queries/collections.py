"""The registry of collections that are searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from superapp.search.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCollection:
    """
    A kind of documents.

    ``build_documents`` locks the rows with these ids, and returns the documents of those that may be found; the others
    leave the index. ``list_ids`` lists ids of rows after an id, in order, at most ``limit``.
    """

    name: str
    model: type[Document]
    build_documents: Callable[[Sequence[int]], list[Document]]
    list_ids: Callable[[int, int], list[int]]


collections: dict[str, SearchCollection] = {}


def register(collection: SearchCollection) -> SearchCollection:
    """
    Register a collection.

    :raises ValueError: if the name is taken
    """
    if collections.setdefault(collection.name, collection) is not collection:
        raise ValueError(f"two collections are called {collection.name}")
    return collection
