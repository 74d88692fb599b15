"""Registry of card types: other parts of the product register how their cards are rendered and summarized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from superapp.core import money

Data = dict[str, Any]
# The version field of a card that can be updated; only a higher version replaces the stored card.
VERSION_FIELD = "version"


@dataclass(frozen=True, slots=True)
class CardType:
    """
    The way in which cards of one type are rendered.

    ``template`` renders the card and, without data, the blank that JavaScript clones and fills. ``summary`` is one
    line of text for lists, quotes and screen readers, with ``{field}`` for a field of the card; without it, the
    card's title is its summary. ``state_summaries`` replace it according to the card's field ``state``;
    ``"<state>:theirs"`` is for the members who did not post the card, where their sentence differs. ``styles`` are
    the style sheets that the card needs.
    """

    template: str
    summary: str | Promise = ""
    state_summaries: Mapping[str, str | Promise] = field(default_factory=dict)
    styles: tuple[str, ...] = ()

    def render_summary(self, data: Data, *, is_mine: bool) -> str:
        """Return the card's summary in one line, for its sender or for the other members."""
        state = str(data.get("state", ""))
        theirs = None if is_mine else self.state_summaries.get(f"{state}:theirs")
        sentence = theirs or self.state_summaries.get(state) or self.summary
        if not sentence:
            title = data.get("title")
            return title if isinstance(title, str) and title else _("A card")
        return str(sentence).format(**{name: _format_value(value) for name, value in data.items()})


def short_id(public_id: str) -> str:
    """Return the last part of a public id; cards store it in place of the whole id, to stay small."""
    return public_id.rpartition("-")[2]


def is_asked(data: Data, person_id: str) -> bool:
    """
    Return whether a card still waits for this person.

    Its field ``asks`` has the short ids of those for whom it waits; without it, it waits for all but those in
    ``done_by``. Both are text with a space between ids.
    """
    if isinstance(asks := data.get("asks"), str):
        return short_id(person_id) in asks.split()
    return short_id(person_id) not in str(data.get("done_by", "")).split()


_PLAIN = CardType("chat/cards/plain.html")
_types: dict[str, CardType] = {}


def register(name: str, card_type: CardType) -> None:
    """
    Register a card type.

    :raises ValueError: if the name is taken
    """
    if _types.setdefault(name, card_type) is not card_type:
        raise ValueError(f"two types of card are called {name}")


def get_card_type(name: str) -> CardType:
    """Return the card type of this name, or the plain one if none is registered."""
    return _types.get(name, _PLAIN)


def blank_templates() -> list[tuple[str, str]]:
    """Return name and template of each type, to be rendered as blanks in the page; the plain type has an empty name."""
    return [("", _PLAIN.template), *((name, known.template) for name, known in sorted(_types.items()))]


def js_messages() -> dict[str, str | Promise]:
    """Return the sentences with which JavaScript renders summaries in the same way as ``CardType.render_summary``."""
    said = {f"card:{name}": known.summary for name, known in _types.items() if known.summary}
    for name, known in _types.items():
        said |= {f"card:{name}:{state}": sentence for state, sentence in known.state_summaries.items()}
    return said


def stylesheets() -> list[str]:
    """Return the style sheets of all card types."""
    return sorted({sheet for known in _types.values() for sheet in known.styles})


def _format_value(value: object) -> object:
    is_money = isinstance(value, dict) and value.keys() == {"amount_minor", "asset"}
    return money.from_wire(value) if is_money else value
