"""Reactions, counted for the rows of messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber

from chat.domain.reactions import SHOWN_USERS, ReactionRow
from chat.models import Message, Reaction
from superapp.core.compiled_queries import CompiledQuery

_LOADED_AS = "loaded_reactions"


@dataclass(slots=True)
class _Tally:
    """The people who reacted to a message with one emoji: how many, and the first few."""

    count: int
    shown: list[Any] = field(default_factory=list)


def load(messages: Sequence[Message]) -> None:
    """Count the reactions to these messages, in one query."""
    if not messages:
        return
    tallies: dict[int, dict[str, _Tally]] = {message.pk: {} for message in messages}
    for reaction in _FIRST_REACTIONS.fetch(list(tallies)):
        tally = tallies[reaction.message_id].setdefault(reaction.emoji, _Tally(reaction.count))  # type: ignore[attr-defined]  # Annotated.
        tally.shown.append(reaction.user)
    for message in messages:
        message.__dict__[_LOADED_AS] = tallies[message.pk]


def _first_reactions(message_ids: Sequence[int]) -> QuerySet[Reaction]:
    per_emoji = ["message_id", "emoji"]
    numbered = Reaction.objects.filter(message_id__in=message_ids).annotate(
        place=Window(RowNumber(), partition_by=per_emoji, order_by="pk"),
        count=Window(Count("pk"), partition_by=per_emoji),
    )
    return numbered.filter(place__lte=SHOWN_USERS).select_related("user").order_by("pk")


_FIRST_REACTIONS = CompiledQuery(_first_reactions)


def reaction_rows(message: Message) -> list[ReactionRow]:
    """Build the reactions to a message, in the order of their emoji."""
    return [
        ReactionRow(emoji=emoji, count=tally.count, users=[str(user.public_id) for user in tally.shown])
        for emoji, tally in sorted(_tallies_of(message).items())
    ]


def reactors_of(message: Message) -> dict[int, Any]:
    """Return the users whom the row of a message names for their reactions, by their ids."""
    return {user.pk: user for tally in _tallies_of(message).values() for user in tally.shown}


def _tallies_of(message: Message) -> dict[str, _Tally]:
    if _LOADED_AS not in message.__dict__:
        load([message])
    tallies: dict[str, _Tally] = message.__dict__[_LOADED_AS]
    return tallies
