"""Terms of a query: all of them must occur in a document, each by the word, a stem of it, or a synonym."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from superapp.search.domain import tokens
from superapp.search.domain.synonyms import synonyms_of

# Of what was typed; the rest is not searched.
QUERY_CHARS_MAX = 120
WORDS_MAX = 8
# The shortest word of which longer ones are found that begin with it.
PREFIX_CHARS_MIN = 2
# They are in every other title, and nobody means them.
STOP_WORDS = frozenset(
    (
        *("dan", "atau", "di", "ke", "dari", "yang", "untuk", "buat", "dengan", "pada", "ini", "itu", "para", "si"),
        *("the", "and", "or", "of", "for", "with", "in", "on", "a", "an", "to"),
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """A folded word, and all tokens that count as it; with ``is_prefix``, tokens that begin with it do too."""

    word: str
    alternatives: tuple[str, ...]
    is_prefix: bool


def parse_words(text: str) -> list[str]:
    """Return the folded words of a query, at most WORDS_MAX; stop words only if there are no others."""
    words = list(dict.fromkeys(tokens.split_words(text[:QUERY_CHARS_MAX])))
    return ([word for word in words if word not in STOP_WORDS] or words)[:WORDS_MAX]


def make_terms(words: Sequence[str]) -> tuple[Term, ...]:
    """Return the terms of these words. The last one may still be being typed, so that it counts as a prefix."""
    return tuple(
        _make_term(word, is_prefix=place == len(words) and len(word) >= PREFIX_CHARS_MIN)
        for place, word in enumerate(words, 1)
    )


def _make_term(word: str, *, is_prefix: bool) -> Term:
    meant = (word, *synonyms_of(word))
    return Term(word, tuple(dict.fromkeys(token for one in meant for token in tokens.with_stems(one))), is_prefix)
