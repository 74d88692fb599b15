"""
Tokens: how a text is folded, split into words, and stemmed, for documents and queries alike and on both databases.

Databases only compare tokens. None of their own parsers sees a text, so that both find the same documents.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

from superapp.core.text_folding import fold

# Raise it after a change that gives a text other tokens: every collection is then indexed anew.
VERSION = 1
# A longer word is cut, in documents and queries alike.
WORD_CHARS_MAX = 40
# Of one document; the words after that are not found.
TOKENS_MAX = 1_000
# A shorter word is its own stem.
STEMMED_CHARS_MIN = 4
STEMS_CACHED_MAX = 65_536
LANGUAGES = ("indonesian", "english")

# A run of letters and digits of any script.
_WORD = re.compile(r"[^\W_]+")
_STEMMABLE = re.compile(f"[a-z]{{{STEMMED_CHARS_MIN},}}")
# No word contains it, so that no text can look like the mark of a scope.
_SCOPE_MARK = "§"
# A stemmer keeps the word that it works on in itself.
_stemmers = [snowballstemmer.stemmer(language) for language in LANGUAGES]
_stemming = threading.Lock()


def split_words(text: str) -> list[str]:
    """Return the folded words of a text, in their order; blanks, signs and emoji separate words."""
    return [word[:WORD_CHARS_MAX] for word in _WORD.findall(fold(text))]


@lru_cache(maxsize=STEMS_CACHED_MAX)
def with_stems(word: str) -> tuple[str, ...]:
    """Return a folded word, followed by its stems that differ from it."""
    if not _STEMMABLE.fullmatch(word) or word in _unstemmed():
        return (word,)
    with _stemming:
        stems = [stemmer.stemWord(word) for stemmer in _stemmers]
    return tuple(dict.fromkeys([word, *filter(None, stems)]))


def document_tokens(texts: Iterable[str], *, scope: int | None) -> list[str]:
    """Return the tokens of a document: the mark of its scope, and its words with their stems, at most TOKENS_MAX."""
    tokens = {} if scope is None else {scope_token(scope): None}
    for text in texts:
        for word in split_words(text):
            tokens.update(dict.fromkeys(with_stems(word)))
            if len(tokens) >= TOKENS_MAX:
                return list(tokens)[:TOKENS_MAX]
    return list(tokens)


def scope_token(scope: int) -> str:
    """Return the token of the documents of one shop or conversation."""
    return f"{_SCOPE_MARK}{scope:x}"


@cache
def _unstemmed() -> frozenset[str]:
    lines = (Path(__file__).parent / "unstemmed.txt").read_text().splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
