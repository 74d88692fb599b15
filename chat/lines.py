"""Lines that others have a conversation say of itself: who makes a kind of line registers its sentence."""

from __future__ import annotations

from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}


def register(name: str, sentence: str | Promise) -> None:
    """
    Let a line be said; ``{field}`` stands for a field of it.

    The conversation shows the sentence with its time. Where the message stands alone, as in a list, the field
    ``about`` follows the sentence, if the line has one: what changed comes first, so that it is never cut off.
    """
    if _sentences.setdefault(name, sentence) is not sentence:
        raise ValueError(f"two lines are called {name}")


def sentence(name: str) -> str | Promise | None:
    """What says a line of this kind; None if nobody registered it."""
    return _sentences.get(name)


def words() -> dict[str, str | Promise]:
    """What modules need in order to say the same."""
    return {f"event_{name}": sentence for name, sentence in _sentences.items()}
