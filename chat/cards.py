"""Cards: what chat shows without knowing what it is. Who makes a type of card registers how it is drawn and said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from superapp.core import money

Data = dict[str, Any]
# The field of a card that lives: only what has a higher one takes its place.
VERSION = "version"


@dataclass(frozen=True, slots=True)
class CardType:
    """
    ``template`` draws the card, and, given none, the blank that modules clone and fill. ``line`` says it in one line,
    for lists, quotes and screen readers, with ``{field}`` where a field of the card goes; without it, the card's title
    is its line. ``styles`` are the style sheets it needs.
    """

    template: str
    line: str | Promise = ""
    styles: tuple[str, ...] = ()

    def say(self, data: Data) -> str:
        """The card in one line."""
        if not self.line:
            title = data.get("title")
            return title if isinstance(title, str) and title else _("A card")
        return str(self.line).format(**{name: _written(value) for name, value in data.items()})


_PLAIN = CardType("chat/cards/plain.html")
_types: dict[str, CardType] = {}


def register(name: str, card_type: CardType) -> None:
    """Let a type of card be shown."""
    if _types.setdefault(name, card_type) is not card_type:
        raise ValueError(f"two types of card are called {name}")


def card_type(name: str) -> CardType:
    """How this type is shown; one that nobody registered is shown plainly."""
    return _types.get(name, _PLAIN)


def blanks() -> list[tuple[str, str]]:
    """Every type's name and template, for the page to carry; the plain one has no name."""
    return [("", _PLAIN.template), *((name, known.template) for name, known in sorted(_types.items()))]


def lines() -> dict[str, str | Promise]:
    """What modules need in order to say a card as ``say`` does."""
    return {f"card:{name}": known.line for name, known in _types.items() if known.line}


def styles() -> list[str]:
    """The style sheets of all types."""
    return sorted({sheet for known in _types.values() for sheet in known.styles})


def _written(value: object) -> object:
    is_money = isinstance(value, dict) and value.keys() == {"amount_minor", "asset"}
    return money.from_wire(value) if is_money else value
