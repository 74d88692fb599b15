"""Models of search: what every document has, the state of each index, and the vocabulary of each collection."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from superapp.search.domain import tokens
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

    def set_tokens(self, *, title: str, texts: Sequence[str]) -> None:
        """Set by which words it is found: those of its title, then of the other texts, as far as there is room."""
        self.title = f" {' '.join(tokens.split_words(title))} "
        self.tokens = " ".join(tokens.document_tokens([title, *texts], scope=self.scope))


class IndexState(models.Model):
    """
    The progress of a collection's index: all rows up to ``next_id`` are in it; all there are, once ``built_at`` is set.

    ``version`` is that of the tokens. Changes of rows that are indexed already arrive apart from it; the index has all
    that were committed before ``begun_at``, when it was last begun. Words up to ``checked_id`` of the vocabulary were
    looked up in the documents on the present round.
    """

    collection = models.CharField(max_length=COLLECTION_CHARS_MAX, primary_key=True)
    version = models.PositiveIntegerField()
    next_id = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    checked_id = models.BigIntegerField(default=0)


class VocabularyEntry(models.Model):
    """A word of a collection's titles, under one of its deletions, by which a mistyped word finds it."""

    collection = models.CharField(max_length=COLLECTION_CHARS_MAX)
    deletion = models.CharField(max_length=WORD_CHARS_MAX)
    word = models.CharField(max_length=WORD_CHARS_MAX)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["collection", "deletion", "word"], name="search_vocabularyentry_once"),
        )
