"""Corrections of mistyped words by the vocabulary of a collection."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Max
from django.db.models.functions import Left, Length

from superapp.search.domain import spelling, terms
from superapp.search.models import VocabularyEntry
from superapp.search.queries import matching
from superapp.search.queries.collections import SearchCollection

# Of a query: each asks for its neighbours, and for documents that have them.
CORRECTED_WORDS_MAX = 2
# Words are compared that have most letters in common with the mistyped one.
NEIGHBOURS_MAX = 500
# The nearest of them are looked up in the documents, until so many have one: the vocabulary may name words that are
# gone.
CHOICES_MAX, LOOK_UPS_MAX = 8, 32
# A word of more documents is as good as one of so many.
FREQUENT = 50


def correct(collection: SearchCollection, words: Sequence[str]) -> list[str] | None:
    """
    Return the words with each that no document has replaced by the nearest that one has.

    None if there is nothing to replace, more than CORRECTED_WORDS_MAX, or a word that none is near to.
    """
    unknown = [term.word for term in terms.make_terms(words) if not _count(collection, term, at_most=1)]
    if not 0 < len(unknown) <= CORRECTED_WORDS_MAX:
        return None
    nearest = {word: _find_nearest(collection, word) for word in unknown}
    return None if None in nearest.values() else [nearest.get(word) or word for word in words]


def filter_known(name: str, words: Collection[str]) -> set[str]:
    """Return those of the words that the vocabulary of a collection has."""
    starts = {word[: spelling.DELETED_FROM_CHARS] for word in words}
    found = VocabularyEntry.objects.filter(collection=name, deletion__in=starts, word__in=words)
    return set(found.values_list("word", flat=True))


def list_words(name: str, after: int, limit: int) -> list[tuple[int, str]]:
    """List words of the vocabulary, each with the id of one entry of it, by which they are in order."""
    whole = Left("word", spelling.DELETED_FROM_CHARS)
    rows = VocabularyEntry.objects.filter(collection=name, pk__gt=after, deletion=whole).order_by("pk")
    return list(rows.values_list("pk", "word")[:limit])


def is_used(collection: SearchCollection, word: str) -> bool:
    """Return whether a document has this word."""
    return bool(_count(collection, _exactly(word), at_most=1))


def _find_nearest(collection: SearchCollection, mistyped: str) -> str | None:
    """Return the nearest word that a document has: among equally near ones the one that most documents have."""
    if not spelling.is_correctable(mistyped):
        return None
    choices: list[tuple[int, int, str]] = []
    for how_far, word in _list_near(collection, mistyped)[:LOOK_UPS_MAX]:
        if len(choices) == CHOICES_MAX or (choices and how_far > choices[0][0]):
            break
        count = _count(collection, _exactly(word), at_most=FREQUENT)
        if count:
            choices.append((how_far, -count, word))
    return min(choices)[-1] if choices else None


def _list_near(collection: SearchCollection, mistyped: str) -> list[tuple[int, str]]:
    """List words near to a mistyped one with their distance, the nearest first."""
    entries = VocabularyEntry.objects.filter(collection=collection.name, deletion__in=spelling.deletions(mistyped))
    shared = entries.values("word").annotate(shared=Max(Length("deletion"))).order_by("-shared", "word")
    words = shared.values_list("word", flat=True)[:NEIGHBOURS_MAX]
    near = [(how_far, word) for word in words if (how_far := spelling.near_distance(mistyped, word)) is not None]
    return sorted(near, key=lambda one: (one[0], one[1][0] != mistyped[0], one[1]))


def _exactly(word: str) -> terms.Term:
    return terms.Term(word, (word,), is_prefix=False)


def _count(collection: SearchCollection, term: terms.Term, *, at_most: int) -> int:
    found = collection.model.objects.filter(matching.matches(collection.model, [term], scope=None))  # type: ignore[attr-defined]  # An abstract model has no manager.
    return len(found.values_list("pk")[:at_most])
