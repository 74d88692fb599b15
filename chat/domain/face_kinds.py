"""Registry of kinds of faces, such as a shop, and of their labels."""

from __future__ import annotations

from django.utils.functional import Promise

_words: dict[str, str | Promise] = {}


def register(kind: str, word: str | Promise) -> None:
    """
    Register a kind of face with its label, such as "Shop".

    :raises ValueError: if the kind is taken
    """
    if _words.setdefault(kind, word) is not word:
        raise ValueError(f"two kinds of face are called {kind}")


def label_for(kind: str) -> str:
    """Return the label of this kind, or an empty text if none is registered."""
    return str(_words.get(kind, ""))


def js_messages() -> dict[str, str | Promise]:
    """Return the labels for JavaScript, by ``face:<kind>``."""
    return {f"face:{kind}": word for kind, word in _words.items()}
