"""
Parser of the demo conversations in ``data/conversations.toml`` and ``data/groups.toml``.

A line is a message: time, author and text. The time is a day and a time (``-2 19:04``), a time of the same day
(``19:05``), or minutes before now (``-14m``). A text that begins with ``[> words]`` replies to the last message
that contains these words; ``\\n`` in it is the end of a line. Indented lines belong to the message above:
``+ 👍 sekar`` is a reaction, ``* sekar`` a star of hers, ``~ …`` an edit with the new text, ``x`` a recall.

In groups, ``[photos …]`` before the text names pictures to attach, ``[poll …]`` asks a question, whose options with
their voters follow as ``? option: sekar ibu``; ``[title …]`` and ``[add …]`` change the group, and say nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from superapp.wiring.demo.script_files import Written

TIME_ZONE = ZoneInfo("Asia/Jakarta")
PAUSE = timedelta(seconds=20)

LINE = re.compile(
    r"(?:(?P<day>-\d+) )?(?:(?P<time>\d\d:\d\d)|-(?P<minutes>\d+)m) (?P<who>\w+): "
    r"(?:\[> (?P<quote>[^]]+)\] )?(?:\[(?P<verb>photos|poll|title|add) (?P<words>[^]]+)\] ?)?(?P<text>.*)"
)
OPTION = re.compile(r"\? (?P<option>[^:]+):(?P<voters>(?: \w+)*)")


@dataclass(frozen=True, kw_only=True)
class ScriptedMessage:
    """One message of a script, with its reactions, edits and recalls."""

    at: datetime
    who: str
    text: str
    # The index (from 0) of the message of the conversation that it replies to.
    reply_to: int | None = None
    # The word in brackets before the text, and the words after it there.
    verb: str = ""
    words: str = ""
    # The options of a poll, each with its voters.
    options: list[tuple[str, list[str]]] = field(default_factory=list)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    recalls: list[str] = field(default_factory=list)

    @property
    def is_recalled(self) -> bool:
        return bool(self.recalls)


class Script(Written, frozen=True, kw_only=True):
    """A conversation. ``unread`` is how many of the last messages a person has not seen."""

    lines: str
    unread: dict[str, int] = {}
    pinned_by: str = ""
    muted_by: str = ""
    archived_by: str = ""
    drafts: dict[str, str] = {}


class ScriptedConversation(Script, frozen=True, kw_only=True):
    """A conversation of two people."""

    one: str
    other: str

    @property
    def key(self) -> str:
        return f"{self.one}-{self.other}"

    @property
    def speakers(self) -> tuple[str, ...]:
        return self.one, self.other


class ScriptedGroup(Script, frozen=True, kw_only=True):
    """A group: ``members`` are those besides its owner at its beginning, others are added by its lines."""

    name: str
    title: str
    description: str
    owner: str
    members: tuple[str, ...]
    admins: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.name

    @property
    def speakers(self) -> tuple[str, ...]:
        added = re.findall(r"\[add (\w+)\]", self.lines)
        return self.owner, *self.members, *added


def parse_conversation(talk: ScriptedConversation | ScriptedGroup, *, now: datetime) -> list[ScriptedMessage]:
    """
    Parse the messages of a conversation, in the order of their times, none of them later than now.

    :raises ValueError: if a line cannot be parsed
    """
    said: list[ScriptedMessage] = []
    day = 0
    for line in talk.lines.strip().splitlines():
        if line.startswith("  "):
            _add_to(said[-1], line.strip())
            continue
        found = LINE.fullmatch(line)
        if found is None or found["who"] not in talk.speakers or not (found["text"] or found["verb"]):
            raise ValueError(f"{talk.key}: {line!r}")
        day = int(found["day"]) if found["day"] else day
        at = _moment(found, day, now)
        if said:
            at = max(at, said[-1].at + PAUSE)
        reply_to = _index_of(found["quote"], said) if found["quote"] else None
        said.append(
            ScriptedMessage(
                at=at,
                who=found["who"],
                text=found["text"].replace("\\n", "\n"),
                reply_to=reply_to,
                verb=found["verb"] or "",
                words=found["words"] or "",
            )
        )
    return list(_none_later(said, now))


def _moment(found: re.Match[str], day: int, now: datetime) -> datetime:
    if found["minutes"]:
        return now - timedelta(minutes=int(found["minutes"]))
    date = now.astimezone(TIME_ZONE).date() + timedelta(days=day)
    return datetime.combine(date, time.fromisoformat(found["time"]), TIME_ZONE)


def _add_to(message: ScriptedMessage, note: str) -> None:
    if note.startswith("+ "):
        emoji, who = note[2:].split(" ")
        message.reactions.append((emoji, who))
    elif note.startswith("* "):
        message.stars.append(note[2:])
    elif note.startswith("~ "):
        message.edits.append(note[2:])
    elif note.startswith("? ") and (option := OPTION.fullmatch(note)):
        message.options.append((option["option"], option["voters"].split()))
    elif note == "x":
        message.recalls.append(note)
    else:
        raise ValueError(note)


def _index_of(words: str, said: list[ScriptedMessage]) -> int:
    for index in range(len(said) - 1, -1, -1):
        if words in said[index].text:
            return index
    raise ValueError(words)


def _none_later(said: list[ScriptedMessage], now: datetime) -> Iterator[ScriptedMessage]:
    """
    Move all messages back by the time by which the last one is later than now.

    Shortly after midnight, a message of some minutes ago may have been moved past now by the messages before it.
    """
    late_by = max(said[-1].at - now, timedelta(0)) if said else timedelta(0)
    for message in said:
        yield replace(message, at=message.at - late_by)
