"""As what somebody can talk: another part of the product registers the word for each kind of face."""

from __future__ import annotations

from django.utils.functional import Promise

_words: dict[str, str | Promise] = {}


def register(kind: str, word: str | Promise) -> None:
    """Let a kind of face be named, such as "Shop"."""
    if _words.setdefault(kind, word) is not word:
        raise ValueError(f"two kinds of face are called {kind}")


def word(kind: str) -> str:
    """Return how this kind is named; empty for one that nobody registered."""
    return str(_words.get(kind, ""))


def words() -> dict[str, str | Promise]:
    """Return what modules need in order to say the same."""
    return {f"face:{kind}": word for kind, word in _words.items()}
