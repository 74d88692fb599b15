"""Synonyms, from a plain file with one group a line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from superapp.search.domain import tokens

FILE = Path(__file__).parent / "synonyms.txt"


def synonyms_of(word: str) -> tuple[str, ...]:
    """Return the other words of a folded word's group, or of its stems' groups; empty if it has none."""
    groups = _groups()
    found = dict.fromkeys(other for form in tokens.with_stems(word) for other in groups.get(form, ()))
    return tuple(other for other in found if other != word)


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    return parse_groups(FILE.read_text())


def parse_groups(text: str) -> dict[str, tuple[str, ...]]:
    """
    Return each word with the words of its group.

    :raises ValueError: if a word stands in two groups, or is not a single folded word
    """
    groups: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        group = tuple(word.strip() for word in line.split(",")) if line and not line.startswith("#") else ()
        for word in group:
            if tokens.split_words(word) != [word]:
                raise ValueError(f"{word!r} is not one word as it is searched")
            if groups.setdefault(word, group) is not group:
                raise ValueError(f"{word} stands in two groups")
    return groups
