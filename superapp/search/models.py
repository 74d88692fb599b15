"""Models of search: what every document has, the state of each index, and the vocabulary of each collection."""

from __future__ import annotations

from django.db import models

from superapp.search.domain.tokens import WORD_CHARS_MAX

COLLECTION_CHARS_MAX = 32


class Document(models.Model):
    """
    A row that may be found: abstract, since each collection has a table of its own, with its facets as columns.

    ``id`` is that of the row it describes, and grows with time. ``scope`` is what a search may be narrowed to, such as
    the shop. ``title`` has the folded words of the name between blanks, by which results are ranked; ``tokens``
    everything that is found, separated by blanks. Its migration creates the index, as that of products does.
    """

    id = models.BigIntegerField(primary_key=True)
    scope = models.BigIntegerField()
    title = models.TextField()
    tokens = models.TextField()

    class Meta:
        abstract = True


class IndexState(models.Model):
    """
    The progress of a collection's index: all rows up to ``next_id`` are in it; all there are, once ``built_at`` is set.

    ``version`` is that of the tokens. Changes of rows that are indexed already arrive apart from it.
    """

    collection = models.CharField(max_length=COLLECTION_CHARS_MAX, primary_key=True)
    version = models.PositiveIntegerField()
    next_id = models.BigIntegerField(default=0)
    built_at = models.DateTimeField(null=True)


class VocabularyEntry(models.Model):
    """A word of a collection's titles, under one of the texts by which a mistyped word finds it."""

    collection = models.CharField(max_length=COLLECTION_CHARS_MAX)
    variant = models.CharField(max_length=WORD_CHARS_MAX)
    word = models.CharField(max_length=WORD_CHARS_MAX)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["collection", "variant", "word"], name="search_vocabularyentry_once"),
        )
