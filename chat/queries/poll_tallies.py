"""Votes of polls, counted for the rows of messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from msgspec import UNSET, UnsetType

from chat.domain import polls
from chat.domain.polls import SHOWN_VOTERS, PollOptionRow, PollRow
from chat.models import ClosedPoll, Message, PollVote
from superapp.core import clock

_LOADED_AS = "loaded_tally"


@dataclass(slots=True)
class _Tally:
    """The votes of one poll: how many for each option, and the first few voters of each."""

    closed_at: datetime | None = None
    voters: int = 0
    counts: dict[int, int] = field(default_factory=dict)
    shown: dict[int, list[Any]] = field(default_factory=dict)


def load(messages: Sequence[Message]) -> None:
    """Count the votes of all polls among these messages, in three queries; in none without polls."""
    tallies = {message.pk: _Tally() for message in messages if polls.of_message(message.extras) is not None}
    if not tallies:
        return
    per_option = ["message_id", "option"]
    numbered = PollVote.objects.filter(message_id__in=tallies).annotate(
        place=Window(RowNumber(), partition_by=per_option, order_by="pk"),
        count=Window(Count("pk"), partition_by=per_option),
    )
    for vote in numbered.filter(place__lte=SHOWN_VOTERS).select_related("user").order_by("pk"):
        tally = tallies[vote.message_id]
        tally.counts[vote.option] = vote.count
        tally.shown.setdefault(vote.option, []).append(vote.user)
    people = PollVote.objects.filter(message_id__in=tallies).values("message_id").order_by()
    for message_id, voters in people.annotate(voters=Count("user_id", distinct=True)).values_list(
        "message_id", "voters"
    ):
        tallies[message_id].voters = voters
    for closed in ClosedPoll.objects.filter(message_id__in=tallies):
        tallies[closed.message_id].closed_at = closed.closed_at
    for message in messages:
        message.__dict__[_LOADED_AS] = tallies.get(message.pk)


def poll_row(message: Message) -> PollRow | UnsetType:
    """Build the state of a message's poll; unset if it carries none."""
    poll = polls.of_message(message.extras)
    if poll is None:
        return UNSET
    tally = _tally_of(message)
    options = [
        PollOptionRow(
            count=tally.counts.get(option, 0), users=[str(user.public_id) for user in tally.shown.get(option, [])]
        )
        for option in range(len(poll.options))
    ]
    closed_at = clock.to_wire(tally.closed_at) if tally.closed_at is not None else None
    return PollRow(closed_at=closed_at, voters=tally.voters, options=options)


def voters_of(message: Message) -> dict[int, Any]:
    """Return the users whom the row of a message's poll names, by their ids."""
    if polls.of_message(message.extras) is None:
        return {}
    return {user.pk: user for users in _tally_of(message).shown.values() for user in users}


def _tally_of(message: Message) -> _Tally:
    if message.__dict__.get(_LOADED_AS) is None:
        load([message])
    tally: _Tally = message.__dict__[_LOADED_AS]
    return tally
