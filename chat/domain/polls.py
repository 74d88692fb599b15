"""Polls: their rules, and how the votes of a poll are shown."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat.errors import PollChoiceInvalid, PollClosed, PollClosingInvalid, PollOptionsInvalid, PollQuestionInvalid
from superapp.core import clock
from superapp.core.text_cleaning import clean_line

QUESTION_CHARS_MAX = 250
OPTION_CHARS_MAX = 100
OPTIONS_MIN = 2
OPTIONS_MAX = 12
OPEN_MAX = timedelta(days=365)
# So many voters of an option come with the message, for their pictures; all of them are read with a command.
SHOWN_VOTERS = 5


class PollInput(msgspec.Struct, tag_field="type", tag="poll", frozen=True):
    """A poll to attach; it closes by itself at ``closes_at``, if given."""

    question: str
    options: list[str]
    several: bool = False
    closes_at: datetime | None = None


class PollAttachment(msgspec.Struct, tag_field="type", tag="poll", frozen=True):
    """The poll of a message, which never changes; votes are in ``PollRow``."""

    question: str
    options: list[str]
    several: bool
    closes_at: str | None


class PollOptionRow(msgspec.Struct):
    """The votes for one option: how many, and the first few users."""

    count: int
    users: list[str]


class PollRow(msgspec.Struct):
    """The state of a poll on the wire, the same for all members: votes for each option, and how many people voted."""

    closed_at: str | None
    voters: int
    options: list[PollOptionRow]


class VoterRow(msgspec.Struct):
    """A vote for an option of a poll."""

    user: str
    voted_at: str


class VotersPage(msgspec.Struct):
    """A page of the votes for an option, the first vote first; ``next`` is None at the end."""

    rows: list[VoterRow]
    next: str | None
    people: list[Any]


def build_poll(given: PollInput, *, now: datetime) -> PollAttachment:
    """
    Return the poll that is stored.

    :raises PollQuestionInvalid: if the question is empty or too long
    :raises PollOptionsInvalid: if there are too few or too many options, or one is empty, too long or there twice
    :raises PollClosingInvalid: if it closes in the past, or in more than a year
    """
    question = clean_line(given.question)
    if not 1 <= len(question) <= QUESTION_CHARS_MAX:
        raise PollQuestionInvalid(chars_max=QUESTION_CHARS_MAX)
    options = [clean_line(option) for option in given.options[: OPTIONS_MAX + 1]]
    is_fit = all(1 <= len(option) <= OPTION_CHARS_MAX for option in options)
    is_distinct = len({option.casefold() for option in options}) == len(options)
    if not OPTIONS_MIN <= len(options) <= OPTIONS_MAX or not is_fit or not is_distinct:
        raise PollOptionsInvalid(options_min=OPTIONS_MIN, options_max=OPTIONS_MAX, chars_max=OPTION_CHARS_MAX)
    if given.closes_at is not None and not (
        given.closes_at.tzinfo is not None and now < given.closes_at <= now + OPEN_MAX
    ):
        raise PollClosingInvalid
    closes_at = clock.to_wire(given.closes_at) if given.closes_at is not None else None
    return PollAttachment(question=question, options=options, several=given.several, closes_at=closes_at)


def of_message(extras: dict[str, Any] | None) -> PollAttachment | None:
    """Return the poll of a message's stored extras; None without one."""
    attachment = (extras or {}).get("attachment")
    is_poll = attachment is not None and attachment.get("type") == "poll"
    return msgspec.convert(attachment, PollAttachment) if is_poll else None


def blank_poll(attachment: dict[str, Any] | None) -> PollRow | UnsetType:
    """Return the state of a poll without votes, for the stored attachment of a new message; unset if it has no poll."""
    if attachment is None or attachment.get("type") != "poll":
        return UNSET
    options = [PollOptionRow(count=0, users=[]) for _ in attachment["options"]]
    return PollRow(closed_at=None, voters=0, options=options)


def validate_choice(poll: PollAttachment, options: Collection[int]) -> set[int]:
    """
    Return the chosen options.

    :raises PollChoiceInvalid: if there is no such option, or more than one where one may be chosen
    """
    chosen = set(options)
    if any(not 0 <= option < len(poll.options) for option in chosen) or (len(chosen) > 1 and not poll.several):
        raise PollChoiceInvalid
    return chosen


def require_open(poll: PollAttachment, closed_at: datetime | None, *, now: datetime) -> None:
    """
    Check that votes may still change.

    :raises PollClosed: if its author closed it, or its time is over
    """
    if closed_at is not None or has_ended(poll.closes_at, now=now):
        raise PollClosed


def has_ended(closes_at: str | None, *, now: datetime) -> bool:
    """Return whether the time at which a poll closes by itself is over; None is never."""
    return closes_at is not None and now >= datetime.fromisoformat(closes_at)
