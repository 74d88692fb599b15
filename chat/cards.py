"""Cards: what chat shows without knowing what it is. Who makes a type of card registers how it is drawn and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    is its line. ``state_lines`` say a card that lives, by its field ``state``; ``"<state>:theirs"`` says it to whoever
    did not post it, where that is another sentence. ``styles`` are the style sheets it needs.
    """

    template: str
    line: str | Promise = ""
    state_lines: Mapping[str, str | Promise] = field(default_factory=dict)
    styles: tuple[str, ...] = ()

    def say(self, data: Data, *, is_mine: bool) -> str:
        """Return the card in one line, as it is said to whoever posted it or to the others."""
        state = str(data.get("state", ""))
        theirs = None if is_mine else self.state_lines.get(f"{state}:theirs")
        sentence = theirs or self.state_lines.get(state) or self.line
        if not sentence:
            title = data.get("title")
            return title if isinstance(title, str) and title else _("A card")
        return str(sentence).format(**{name: _written(value) for name, value in data.items()})


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
    said = {f"card:{name}": known.line for name, known in _types.items() if known.line}
    for name, known in _types.items():
        said |= {f"card:{name}:{state}": sentence for state, sentence in known.state_lines.items()}
    return said


def styles() -> list[str]:
    """The style sheets of all types."""
    return sorted({sheet for known in _types.values() for sheet in known.styles})


def _written(value: object) -> object:
    is_money = isinstance(value, dict) and value.keys() == {"amount_minor", "asset"}
    return money.from_wire(value) if is_money else value
