"""Registry of system events: events that other parts of the product post into conversations, and their sentences."""

from __future__ import annotations

from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}


def register(name: str, sentence: str | Promise) -> None:
    """
    Register the sentence of an event; ``{field}`` stands for a field of it.

    The conversation shows the sentence with its time. Where the event stands alone, as in a list, its field
    ``about``, if there is one, follows the sentence; the sentence comes first so that it is never cut off.

    :raises ValueError: if the name is taken
    """
    if _sentences.setdefault(name, sentence) is not sentence:
        raise ValueError(f"two system events are called {name}")


def find_sentence(name: str) -> str | Promise | None:
    """Return the sentence of an event, or None if it is not registered."""
    return _sentences.get(name)


def js_messages() -> dict[str, str | Promise]:
    """Return the sentences for JavaScript, by ``event_<name>``."""
    return {f"event_{name}": sentence for name, sentence in _sentences.items()}
