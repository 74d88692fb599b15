"""Writes documents and their index: on PostgreSQL it is an index of the table, on SQLite a table beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from superapp.search.domain import spelling
from superapp.search.models import Document, VocabularyEntry
from superapp.search.queries import vocabulary
from superapp.search.queries.collections import SearchCollection
from superapp.search.queries.matching import fts5_table

ENTRIES_PER_STATEMENT = 1_000


def write_documents(collection: SearchCollection, documents: Sequence[Document], *, gone: Collection[int]) -> None:
    """Write these documents in place of those with their ids, and delete those whose rows may not be found now."""
    model = collection.model
    fields = [field.name for field in model._meta.fields if not field.primary_key]
    model.objects.filter(pk__in=gone).delete()  # type: ignore[attr-defined]  # An abstract model has no manager.
    model.objects.bulk_create(  # type: ignore[attr-defined]
        documents, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
    if connection.vendor == "sqlite":
        _write_fts5(fts5_table(model), documents, gone)
    _add_to_vocabulary(collection.name, documents)


def _write_fts5(table: str, documents: Sequence[Document], gone: Collection[int]) -> None:
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        replaced = [(pk,) for pk in [*gone, *(document.pk for document in documents)]]
        cursor.executemany(f"DELETE FROM {name} WHERE rowid = %s", replaced)  # noqa: S608  # Our own table.
        rows = [(document.pk, document.tokens) for document in documents]
        cursor.executemany(f"INSERT INTO {name} (rowid, tokens) VALUES (%s, %s)", rows)  # noqa: S608


def _add_to_vocabulary(name: str, documents: Sequence[Document]) -> None:
    """
    Add the words of titles that the vocabulary lacks. Words of other texts are not added: those texts are long, and
    anybody may fill them with anything.
    """
    words = {word for document in documents for word in document.title.split() if spelling.is_correctable(word)}
    # In one order, so that two of these never wait for each other.
    entries = sorted(
        (deletion, word)
        for word in words - vocabulary.filter_known(name, words)
        for deletion in spelling.deletions(word)
    )
    VocabularyEntry.objects.bulk_create(
        [VocabularyEntry(collection=name, deletion=deletion, word=word) for deletion, word in entries],
        batch_size=ENTRIES_PER_STATEMENT,
        ignore_conflicts=True,
    )
