"""Corrections of mistyped words by the vocabulary of a collection."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from superapp.search.domain import spelling, terms
from superapp.search.models import VocabularyEntry
from superapp.search.queries import matching
from superapp.search.queries.collections import SearchCollection

NEIGHBOURS_MAX = 500
# So many of the nearest words are looked up in the documents, whose vocabulary may name words that are gone.
CHOICES_MAX = 8
# A word of more documents is as good as one of so many.
FREQUENT = 50


def correct(collection: SearchCollection, words: Sequence[str]) -> list[str] | None:
    """
    Return the words with each that no document has replaced by the nearest that one has.

    None if there is nothing to replace, or a word that no document has and none is near to.
    """
    corrected = []
    for term in terms.make_terms(words):
        word = term.word if _count(collection, term, at_most=1) else _find_nearest(collection, term.word)
        if word is None:
            return None
        corrected.append(word)
    return None if corrected == list(words) else corrected


def filter_known(name: str, words: Collection[str]) -> set[str]:
    """Return those of the words that the vocabulary of a collection has."""
    starts = {word[: spelling.LETTERS_LEFT_OUT] for word in words}
    found = VocabularyEntry.objects.filter(collection=name, variant__in=starts, word__in=words)
    return set(found.values_list("word", flat=True))


def _find_nearest(collection: SearchCollection, mistyped: str) -> str | None:
    """Return the nearest word that a document has: among equally near ones the one that most documents have."""
    if not spelling.is_correctable(mistyped):
        return None
    entries = VocabularyEntry.objects.filter(collection=collection.name, variant__in=spelling.variants(mistyped))
    words = entries.order_by("word").values_list("word", flat=True).distinct()[:NEIGHBOURS_MAX]
    near = [(spelling.distance(mistyped, word), word) for word in words if spelling.is_near(mistyped, word)]
    choices = sorted(near, key=lambda one: (one[0], one[1][0] != mistyped[0], one[1]))[:CHOICES_MAX]
    ranked = [
        (how_far, -_count(collection, term, at_most=FREQUENT), word)
        for how_far, word in choices
        for term in [_exactly(word)]
    ]
    return next((word for _how_far, count, word in sorted(ranked) if count), None)


def _exactly(word: str) -> terms.Term:
    return terms.Term(word, (word,), is_prefix=False)


def _count(collection: SearchCollection, term: terms.Term, *, at_most: int) -> int:
    found = collection.model.objects.filter(matching.matches(collection.model, [term], scope=None))  # type: ignore[attr-defined]  # An abstract model has no manager.
    return len(found.values_list("pk")[:at_most])
