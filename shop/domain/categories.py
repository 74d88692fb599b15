"""The tree of categories by which products are found, from a file of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from superapp.core.text_folding import fold

SLUG_CHARS_MAX = 40
FOUND_MAX = 30
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Category:
    """
    A category. ``path`` is the slugs from the first level to its own; ``google`` is the number of Google's product
    category that holds it, or 0.
    """

    slug: str
    names: dict[str, str]
    google: int
    path: tuple[str, ...]

    @property
    def parent(self) -> str:
        return self.path[-2] if len(self.path) > 1 else ""

    def name(self, language: str) -> str:
        """Return the name in this language, or in Indonesian."""
        return self.names.get(language, self.names["id"])


@cache
def categories() -> dict[str, Category]:
    """Return all categories by their slugs, in the order of the file: each one before those within it."""
    made: dict[str, Category] = {}
    above: list[Category] = []
    for line in (Path(__file__).parent / "categories.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        level = (len(line) - len(line.lstrip())) // _INDENT
        slug, indonesian, english, *google = (part.strip() for part in line.split(" | "))
        del above[level:]
        number = int(google[0]) if google else above[-1].google if above else 0
        path = (*(above[-1].path if above else ()), slug)
        above.append(Category(slug, {"id": indonesian, "en": english}, number, path))
        made[slug] = above[-1]
    return made


def list_within(slug: str) -> list[Category]:
    """Return the categories directly within one; those of the first level for an empty slug."""
    return [one for one in categories().values() if one.parent == slug]


def list_subtree(slug: str) -> list[str]:
    """Return the slugs of a category and of all within it."""
    return [one.slug for one in categories().values() if slug in one.path]


def list_path(slug: str) -> list[Category]:
    """Return the categories from the first level to this one."""
    return [categories()[one] for one in categories()[slug].path]


def find_by_words(text: str) -> list[Category]:
    """
    Return at most FOUND_MAX categories in whose names, or those of the categories around it, each word begins a word;
    those whose own name has them first.
    """
    words = fold(text).split()
    if not words:
        return []
    found = [one for one in categories().values() if _has(_words_of(*one.path), words)]
    return sorted(found, key=lambda one: not _has(_words_of(one.slug), words))[:FOUND_MAX]


def _words_of(*slugs: str) -> list[str]:
    names = [name for slug in slugs for name in categories()[slug].names.values()]
    return fold(" ".join(names)).replace("-", " ").split()


def _has(words: list[str], beginnings: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)
