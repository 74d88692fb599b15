"""Presenters of cards in the timeline: text, pending action and avatars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.contracts import MessageRow
from chat.domain import card_types
from chat.pages.event_sentences import find_person
from superapp.accounts.api import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """A participant of a card, and whether they have paid or opened it."""

    person: PersonRow
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    type: str
    template: str
    data: dict[str, Any]
    sent_at: datetime
    # It waits for the reader.
    is_asked: bool
    faces: tuple[CardFace, ...]


def build_card(message: MessageRow, *, my_id: str, people: Sequence[PersonRow], sent_at: datetime) -> CardView | None:
    """Return the card of a message for a reader; None if it has none."""
    if message.card is None:
        return None
    name = str(message.card.get("type", ""))
    return CardView(
        type=name,
        template=card_types.get_card_type(name).template,
        data=message.card,
        sent_at=sent_at,
        is_asked=card_types.is_asked(message.card, my_id),
        faces=tuple(
            CardFace(person={**find_person(one["id"], people), "name": one["name"]}, is_done=one["done"])
            for one in message.card.get("faces", ())
        ),
    )
