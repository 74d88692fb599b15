"""Kinds of faces, such as a shop: other parts of the product register a word for each."""

from __future__ import annotations

from django.utils.functional import Promise

_words: dict[str, str | Promise] = {}


def register(kind: str, word: str | Promise) -> None:
    """Let a kind of face be named, such as "Shop"."""
    if _words.setdefault(kind, word) is not word:
        raise ValueError(f"two kinds of face are called {kind}")


def word(kind: str) -> str:
    """Return the word for this kind, or an empty text if none is registered."""
    return str(_words.get(kind, ""))


def words() -> dict[str, str | Promise]:
    """Return what modules need in order to say the same."""
    return {f"face:{kind}": word for kind, word in _words.items()}
