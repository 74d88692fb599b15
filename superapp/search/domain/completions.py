"""Completions of what somebody types, made of the titles that it finds already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

COMPLETIONS_MAX = 8
# Words alone come first; the rest are pairs with the word that follows.
SINGLE_MAX = 4


def complete(words: Sequence[str], titles: Iterable[str]) -> list[str]:
    """Return texts that go on with these words, the most frequent first; titles are folded words between blanks."""
    *before, last = words
    single, pairs = Counter[str](), Counter[str]()
    for title in titles:
        found = title.split()
        place = next((place for place, word in enumerate(found) if word.startswith(last)), None)
        if place is None or found[place] in before:
            continue
        single[" ".join([*before, found[place]])] += 1
        following = found[place + 1] if place + 1 < len(found) else ""
        if following.isalpha() and following not in before:
            pairs[" ".join([*before, found[place], following])] += 1
    chosen = [*_most_frequent(single)[:SINGLE_MAX], *_most_frequent(pairs)]
    typed = " ".join(words)
    return [text for text in chosen if text != typed][:COMPLETIONS_MAX]


def _most_frequent(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda text: (-counts[text], text))
