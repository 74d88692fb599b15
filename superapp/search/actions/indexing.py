"""Actions that bring documents into the index, and keep them as the rows that they describe."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from superapp.search.domain.tokens import VERSION
from superapp.search.models import IndexState
from superapp.search.queries import documents, index_states
from superapp.search.queries.collections import SearchCollection, collections
from superapp.search.writers.document_writer import write_documents

# Their rows are locked while their documents are made.
DOCUMENTS_AT_ONCE = 50


def index_documents(name: str, ids: Collection[int]) -> None:
    """
    Make the documents of these rows as they are now; those of rows that may not be found, or are gone, leave the index.

    Idempotent.
    """
    collection = collections[name]
    wanted = sorted(ids)
    for first in range(0, len(wanted), DOCUMENTS_AT_ONCE):
        some = wanted[first : first + DOCUMENTS_AT_ONCE]
        with transaction.atomic():
            made = collection.build_documents(some)
            write_documents(collection, made, gone=set(some) - {document.pk for document in made})


def begin_rebuilding(name: str) -> None:
    """Have a collection indexed anew, from its first row. It is searched all the while."""
    fields = {"version": VERSION, "next_id": 0, "built_at": None}
    IndexState.objects.update_or_create(collection=name, defaults=fields)


def continue_building(name: str, *, now: datetime) -> int:
    """
    Index the next rows of a collection that is not indexed yet, and return how many; 0 if there is nothing to do.

    Each step is one transaction, so that a process that is killed goes on from there.
    """
    if index_states.is_built(name):
        return 0
    collection = collections[name]
    with transaction.atomic():
        state = index_states.lock_unfinished(name)
        if state is None:
            return 0
        if state.version != VERSION:
            state.version, state.next_id, state.built_at = VERSION, 0, None
        if not state.next_id:
            state.begun_at = now
        ids = _next_ids(collection, state.next_id)
        index_documents(name, ids)
        if ids:
            state.next_id = ids[-1]
        else:
            state.built_at = now
        state.save()
    return len(ids)


def _next_ids(collection: SearchCollection, after: int) -> list[int]:
    """List the next ids of rows, and of documents whose rows may be gone."""
    found = {*collection.list_ids(after, DOCUMENTS_AT_ONCE), *documents.list_ids(collection, after, DOCUMENTS_AT_ONCE)}
    return sorted(found)[:DOCUMENTS_AT_ONCE]
