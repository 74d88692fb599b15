"""Cards: what chat shows without knowing what it is. Who makes a type of card registers how it is drawn and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardType:
    """``template`` draws the card; ``say`` puts it into one line, for lists, quotes and screen readers."""

    template: str
    say: Callable[[Data], str]


def _title_of(data: Data) -> str:
    title = data.get("title")
    return title if isinstance(title, str) and title else _("A card")


_PLAIN = CardType("chat/cards/plain.html", _title_of)
_types: dict[str, CardType] = {}


def register(name: str, card_type: CardType) -> None:
    """Let a type of card be shown."""
    if _types.setdefault(name, card_type) is not card_type:
        raise ValueError(f"two types of card are called {name}")


def card_type(name: str) -> CardType:
    """How this type is shown; one that nobody registered is shown plainly."""
    return _types.get(name, _PLAIN)
