"""Rows of the wire as a page shows them: who, when, in what group. ``#chat`` does the same on a living page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chat import cards, face_kinds, lines, words
from chat.frames import FaceRow, History, MemberRow, MessageRow, SummaryRow
from superapp.accounts.api import PersonRow
from superapp.web import times

NOBODY: PersonRow = {"id": "", "name": "", "handle": None, "avatar": None}

_PICTURE = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*)"
)
_ONE_TO_THREE_PICTURES = re.compile(f"(?:{_PICTURE}(?:\u200d{_PICTURE})*){{1,3}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One conversation in the list. ``via`` says as what one of the two talks in it."""

    id: str
    name: str
    via: str
    face: PersonRow
    at: datetime | None
    who: str
    text: str
    state: str
    draft: str
    unread: int
    is_pinned: bool
    is_muted: bool
    is_hidden: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    seq: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReaction:
    emoji: str
    count: int
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    type: str
    template: str
    data: dict[str, Any]
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """One message in its place between the others."""

    seq: int
    client_id: str
    sender: str
    sent_at: datetime
    kind: str
    body: str
    who: str
    state: str
    is_mine: bool
    is_recalled: bool
    is_edited: bool
    is_big: bool
    starts: bool
    ends: bool
    quote: Quote | None
    card: ShownCard | None
    reactions: tuple[ShownReaction, ...]

    @property
    def state_word(self) -> object:
        return words.STATES.get(self.state, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the conversation itself; ``about_seq`` is the message it speaks of."""

    seq: int
    text: str
    sent_at: datetime
    about_seq: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline and the template that draws it."""

    template: str
    shown: Day | NewLine | Event | ShownMessage


def other_of(summary: SummaryRow, my_id: str) -> PersonRow | None:
    """The other one of two; nobody in a conversation of several."""
    if summary.kind != "direct":
        return None
    others: list[PersonRow] = [person for person in summary.people if person["id"] != my_id]
    return others[0] if others else NOBODY


def face_of(summary: SummaryRow, my_id: str) -> FaceRow | None:
    """As what the other one talks to me; None where it is the person alone, or where the face is my own."""
    return summary.face if summary.face is not None and summary.face.owner != my_id else None


def looks_of(summary: SummaryRow, my_id: str) -> PersonRow:
    """Under which name and picture a conversation stands: those of a face, of the other one, or of the group."""
    face, other = face_of(summary, my_id), other_of(summary, my_id)
    if face is not None:
        return {"id": face.id, "name": face.name, "handle": None, "avatar": face.picture}
    if other is not None:
        return {**other, "name": other["name"] or _("Someone")}
    return {**NOBODY, "id": summary.id, "name": summary.title or _("Someone")}


def via_of(summary: SummaryRow, my_id: str) -> str:
    """As what one of the two talks, in a word: the kind of the other's face, or the name of my own."""
    if summary.face is None:
        return ""
    return summary.face.name if summary.face.owner == my_id else face_kinds.word(summary.face.kind)


def row(summary: SummaryRow, *, my_id: str, now: datetime, open_id: str | None) -> Row:
    """A conversation as it stands in my list."""
    other, looks = other_of(summary, my_id), looks_of(summary, my_id)
    last, mine = summary.last, summary.mine
    muted_until = _moment(mine.muted_until)
    return Row(
        id=summary.id,
        name=looks["name"],
        via=via_of(summary, my_id),
        face=looks,
        at=_moment(last.sent_at) if last else None,
        who=_who_said(last, my_id, other, summary.people) if last else "",
        text=one_line(last, my_id=my_id, people=summary.people) if last else "",
        state=_state(last, my_id, summary.members) if last and last.sender == my_id and _is_said(last) else "",
        draft=mine.draft,
        unread=unread(summary),
        is_pinned=mine.pinned,
        is_muted=muted_until is not None and muted_until > now,
        is_hidden=is_hidden(summary),
        is_open=summary.id == open_id,
    )


def is_hidden(summary: SummaryRow) -> bool:
    """Whether I put it away, and nothing was said since."""
    return 0 < summary.last_seq <= summary.mine.hidden_seq


def rows(
    summaries: Iterable[SummaryRow], *, my_id: str, now: datetime, open_id: str | None, hidden: bool = False
) -> list[Row]:
    """My list: what I hid, left, or opened and said nothing in is not in it; pinned first, then the newest."""
    seen = [one for one in summaries if one.until_seq is None and one.last_seq > 0 and is_hidden(one) == hidden]
    shown = [row(one, my_id=my_id, now=now, open_id=open_id) for one in seen]
    shown.sort(key=lambda one: (one.is_pinned, one.at is not None and one.at.timestamp()), reverse=True)
    return shown


def unread(summary: SummaryRow) -> int:
    return max(0, summary.counted - summary.mine.read_counted - summary.mine.own_since)


def one_line(message: MessageRow, *, my_id: str, people: Sequence[PersonRow]) -> str:
    """A message in a few words, for lists and quotes."""
    if message.recalled_at is not None:
        return _("You deleted this message") if message.sender == my_id else _("This message was deleted")
    if message.event is not None:
        sentence = event_line(message.event, people, my_id=my_id)
        about = message.event.get("about")
        return f"{sentence} · {about}" if about else sentence
    if message.card is not None:
        known = cards.card_type(str(message.card.get("type", "")))
        return known.say(message.card, is_mine=message.sender == my_id)
    return message.body


def event_line(event: dict[str, Any], people: Sequence[PersonRow], *, my_id: str) -> str:
    """A line of the conversation itself."""
    name = str(event.get("name"))
    sentence = words.EVENTS.get(name) or lines.sentence(name)
    if sentence is None:
        return str(words.WORDS["event_unknown"])
    user = event.get("user")
    names = {"name": _("You") if user == my_id else _name_of(str(user), people)} if user else {}
    return str(sentence).format(**{**event, **names})


def timeline(history: History, *, summary: SummaryRow, my_id: str, now: datetime, is_newest_page: bool) -> list[Entry]:
    """The messages of a page with what stands between them: days, and the line before what is new."""
    people = _all_people(summary, history)
    quotable = {message.seq: message for message in (*history.quoted, *history.rows)}
    new_from_seq = _new_from(history.rows, summary, my_id) if is_newest_page else None
    names_senders = summary.kind != "direct"
    entries: list[Entry] = []
    before: MessageRow | None = None
    for position, message in enumerate(history.rows):
        after = history.rows[position + 1] if position + 1 < len(history.rows) else None
        if before is None or _day(before) != _day(message):
            entries.append(_day_entry(message, now))
        if message.seq == new_from_seq:
            entries.append(Entry("chat/_new_line.html", NewLine(count=unread(summary))))
        if message.event is not None:
            event = Event(
                seq=message.seq,
                text=event_line(message.event, people, my_id=my_id),
                sent_at=_at(message),
                about_seq=message.reply_to,
            )
            entries.append(Entry("chat/_event.html", event))
        else:
            shown = _message(
                message,
                my_id=my_id,
                people=people,
                members=history.members,
                quotable=quotable,
                starts=not _is_one_group(before, message) or message.seq == new_from_seq,
                ends=not _is_one_group(message, after) or (after is not None and after.seq == new_from_seq),
                names_senders=names_senders,
            )
            entries.append(Entry("chat/_message.html", shown))
        before = message
    return entries


def is_big(body: str) -> bool:
    """Whether it is one to three emoji and nothing else."""
    return _ONE_TO_THREE_PICTURES.fullmatch(body.strip()) is not None


def _message(
    message: MessageRow,
    *,
    my_id: str,
    people: Sequence[PersonRow],
    members: Sequence[MemberRow],
    quotable: dict[int, MessageRow],
    starts: bool,
    ends: bool,
    names_senders: bool,
) -> ShownMessage:
    is_mine = message.sender == my_id
    return ShownMessage(
        seq=message.seq,
        client_id=message.client_id,
        sender=message.sender,
        sent_at=_at(message),
        kind=message.kind,
        body=message.body,
        who=_name_of(message.sender, people) if names_senders and starts and not is_mine else "",
        state=_state(message, my_id, members) if is_mine else "",
        is_mine=is_mine,
        is_recalled=message.recalled_at is not None,
        is_edited=message.edits > 0 and message.recalled_at is None,
        is_big=is_big(message.body) and message.reply_to is None,
        starts=starts,
        ends=ends,
        quote=_quote(message, quotable, my_id, people),
        card=_card(message),
        reactions=tuple(
            ShownReaction(emoji=one.emoji, count=len(one.users), is_mine=my_id in one.users)
            for one in message.reactions
        ),
    )


def _quote(
    message: MessageRow, quotable: dict[int, MessageRow], my_id: str, people: Sequence[PersonRow]
) -> Quote | None:
    if message.reply_to is None or message.recalled_at is not None:
        return None
    quoted = quotable.get(message.reply_to)
    if quoted is None:
        return None
    name = _("You") if quoted.sender == my_id else _name_of(quoted.sender, people)
    return Quote(seq=quoted.seq, name=name, text=one_line(quoted, my_id=my_id, people=people))


def _card(message: MessageRow) -> ShownCard | None:
    if message.card is None:
        return None
    name = str(message.card.get("type", ""))
    return ShownCard(type=name, template=cards.card_type(name).template, data=message.card, sent_at=_at(message))


def _state(message: MessageRow, my_id: str, members: Sequence[MemberRow]) -> str:
    """How far my message has come: with all the others, not with the first of them."""
    others = [member for member in members if member.user != my_id]
    if others and all(member.read_seq >= message.seq for member in others):
        return "read"
    if others and all(max(member.read_seq, member.delivered_seq) >= message.seq for member in others):
        return "delivered"
    return "sent"


def _who_said(message: MessageRow, my_id: str, other: PersonRow | None, people: Sequence[PersonRow]) -> str:
    if not _is_said(message):
        return ""
    if message.sender == my_id:
        return _("You: ")
    # Between two, a line that is not mine can only be the other's.
    return "" if other is not None else _("{name}: ").format(name=_name_of(message.sender, people))


def _is_said(message: MessageRow) -> bool:
    return message.recalled_at is None and message.event is None


def _new_from(messages: Sequence[MessageRow], summary: SummaryRow, my_id: str) -> int | None:
    """Where what is new to me begins, if something is."""
    if unread(summary) == 0:
        return None
    unseen = [one.seq for one in messages if one.seq > summary.mine.read_seq and one.sender != my_id]
    return unseen[0] if unseen else None


def _is_one_group(one: MessageRow | None, other: MessageRow | None) -> bool:
    if one is None or other is None or one.event is not None or other.event is not None:
        return False
    return (
        one.sender == other.sender
        and _day(one) == _day(other)
        and times.minute_of(_at(one)) == times.minute_of(_at(other))
    )


def _day_entry(message: MessageRow, now: datetime) -> Entry:
    return Entry("chat/_day.html", Day(day=_day(message), word=times.day(_at(message), now=now)))


def _day(message: MessageRow) -> str:
    return timezone.localtime(_at(message)).date().isoformat()


def _at(message: MessageRow) -> datetime:
    return datetime.fromisoformat(message.sent_at)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _all_people(summary: SummaryRow, history: History) -> list[PersonRow]:
    return [*summary.people, *history.people]


def _name_of(public_id: str, people: Sequence[PersonRow]) -> str:
    for person in people:
        if person["id"] == public_id:
            return person["name"] or _("Someone")
    return _("Someone")
