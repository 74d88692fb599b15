"""
Presenters that turn rows of the wire into data for templates. The modules of ``#chat`` do the same in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import UNSET

from chat.contracts import History, MemberRow, MessageRow, ReachRow, SummaryRow
from chat.domain import card_types, formatting
from chat.domain.large_emoji import is_large_emoji
from chat.domain.marks import MarkRow
from chat.domain.mentions import names_in
from chat.pages import attachment_presenters, js_messages, photo_presenters
from chat.pages.attachment_presenters import AttachmentView
from chat.pages.card_presenters import CardView, build_card
from chat.pages.event_sentences import find_person, name_of, render_system_event
from chat.pages.identities import display_identity, face_label, find_peer
from chat.pages.message_parts import QuotedMessage, ReactionView
from chat.pages.photo_presenters import PhotoTile
from chat.pages.preference_switches import SWITCHES, is_hidden
from superapp.accounts.api import PersonRow
from superapp.web import time_formats

ListPlace = Literal["main", "archived", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A conversation in the list. ``via`` is the kind of the peer's face, or the name of the reader's own face."""

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
    # Also True without unread messages, if the person marked it so.
    is_unread: bool
    is_mentioned: bool
    # The names of the ``preference_switches`` that are on.
    switched_on: frozenset[str]
    is_open: bool
    # How many people ask to join the group; 0 for whoever may not let them in.
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message in the timeline."""

    seq: int
    client_id: str
    sender: str
    sent_at: datetime
    kind: str
    body: str
    who: str
    # The sender, in a group, on the first of several messages in a row by another member.
    face: PersonRow | None
    state: str
    is_mine: bool
    # True in a group, for messages of other members.
    is_of_other: bool
    is_recalled: bool
    is_edited: bool
    is_starred: bool
    is_large_emoji: bool
    starts: bool
    ends: bool
    quote: QuotedMessage | None
    card: CardView | None
    photos: tuple[PhotoTile, ...]
    attachment: AttachmentView | None
    forwarded: str
    reactions: tuple[ReactionView, ...]
    # The names that the text mentions.
    mentioned: tuple[str, ...]

    @property
    def state_label(self) -> object:
        return js_messages.STATE_LABELS.get(self.state, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeparator:
    day: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSeparator:
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemEventView:
    """A system event in the timeline; ``about_seq`` is the message it links to."""

    seq: int
    text: str
    sent_at: datetime
    about_seq: int | None


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """An item of the timeline, with the template that renders it."""

    template: str
    shown: DaySeparator | UnreadSeparator | SystemEventView | MessageView


def build_row(summary: SummaryRow, *, my_id: str, now: datetime, open_id: str | None) -> ConversationRow:
    """Build the row of a conversation in the list."""
    other, identity = find_peer(summary, my_id), display_identity(summary, my_id)
    last = summary.last
    return ConversationRow(
        id=summary.id,
        name=identity["name"],
        via=face_label(summary, my_id),
        face=identity,
        at=_at(last) if last else None,
        who=_sender_prefix(last, my_id, other, summary.people) if last else "",
        text=summarize_message(last, my_id=my_id, people=summary.people) if last else "",
        state=_state(last, my_id, summary, summary.members)
        if last and last.sender == my_id and _is_regular_message(last)
        else "",
        draft=summary.mine.draft,
        unread=count_unread(summary),
        is_unread=count_unread(summary) > 0 or summary.mine.is_marked_unread,
        is_mentioned=summary.mentioned_seq > summary.mine.read_seq,
        switched_on=frozenset(one.name for one in SWITCHES if one.is_on(summary, now)),
        is_open=summary.id == open_id,
        requests=summary.requests or 0,
    )


def build_rows(
    summaries: Iterable[SummaryRow], *, my_id: str, now: datetime, open_id: str | None, place: ListPlace = "main"
) -> list[ConversationRow]:
    """
    Build a list: pinned conversations first, in their order, then by newest message.

    Left and empty conversations are left out.
    """
    seen = [one for one in summaries if one.until_seq is None and one.last_seq > 0 and place_of(one) == place]
    seen.sort(key=_list_order, reverse=True)
    return [build_row(one, my_id=my_id, now=now, open_id=open_id) for one in seen]


def _list_order(summary: SummaryRow) -> tuple[bool, int, datetime]:
    said_at = _at(summary.last) if summary.last else datetime.min.replace(tzinfo=UTC)
    return summary.mine.is_pinned, summary.mine.pin_order, said_at


def place_of(summary: SummaryRow) -> ListPlace:
    """Return the list in which a conversation is shown; a hidden one is shown in "hidden" only."""
    if is_hidden(summary):
        return "hidden"
    return "archived" if summary.mine.is_archived else "main"


def count_unread(summary: SummaryRow) -> int:
    return max(0, summary.counted - summary.mine.read_counted - summary.mine.own_since)


def summarize_message(message: MessageRow, *, my_id: str, people: Sequence[PersonRow]) -> str:
    """Return a message as one line of text, for lists and quotes."""
    if message.recalled_at is not None:
        return _("You deleted this message") if message.sender == my_id else _("This message was deleted")
    if message.event is not None:
        sentence = render_system_event(message.event, people, actor=message.sender, my_id=my_id)
        about = message.event.get("about")
        return f"{sentence} · {about}" if about else sentence
    if message.card is not None:
        known = card_types.get_card_type(str(message.card.get("type", "")))
        return known.render_summary(message.card, is_mine=message.sender == my_id)
    attached = photo_presenters.summarize_photos(message) or attachment_presenters.summarize_attachment(message)
    return attached or formatting.plain(message.body)


def build_timeline(
    history: History, *, summary: SummaryRow, my_id: str, now: datetime, is_newest_page: bool
) -> list[TimelineItem]:
    """Build the timeline of a page: messages, day separators, and the separator before unread messages."""
    people = _all_people(summary, history)
    quotable = {message.seq: message for message in (*history.quoted, *history.rows)}
    new_from_seq = _first_unread_seq(history.rows, summary, my_id) if is_newest_page else None
    marks = {mark.seq: mark for mark in history.marks}
    entries: list[TimelineItem] = []
    before: MessageRow | None = None
    for position, message in enumerate(history.rows):
        after = history.rows[position + 1] if position + 1 < len(history.rows) else None
        if before is None or _day(before) != _day(message):
            entries.append(_day_entry(message, now))
        if message.seq == new_from_seq:
            entries.append(TimelineItem("chat/_new_line.html", UnreadSeparator(count=count_unread(summary))))
        if message.event is not None:
            event = SystemEventView(
                seq=message.seq,
                text=render_system_event(message.event, people, actor=message.sender, my_id=my_id),
                sent_at=_at(message),
                about_seq=message.reply_to,
            )
            entries.append(TimelineItem("chat/_event.html", event))
        else:
            shown = _message(
                message,
                my_id=my_id,
                people=people,
                summary=summary,
                members=history.members,
                quotable=quotable,
                starts=not _is_same_group(before, message) or message.seq == new_from_seq,
                ends=not _is_same_group(message, after) or (after is not None and after.seq == new_from_seq),
                now=now,
                mark=marks.get(message.seq),
            )
            entries.append(TimelineItem("chat/_message.html", shown))
        before = message
    return entries


def _message(
    message: MessageRow,
    *,
    my_id: str,
    people: Sequence[PersonRow],
    summary: SummaryRow,
    members: Sequence[MemberRow],
    quotable: dict[int, MessageRow],
    starts: bool,
    ends: bool,
    now: datetime,
    mark: MarkRow | None,
) -> MessageView:
    is_mine = message.sender == my_id
    is_of_other = summary.kind != "direct" and not is_mine
    face = find_person(message.sender, people) if is_of_other and starts else None
    return MessageView(
        seq=message.seq,
        client_id=message.client_id,
        sender=message.sender,
        sent_at=_at(message),
        kind=message.kind,
        body=message.body,
        who=name_of(message.sender, people) if face is not None else "",
        face=face,
        state=_state(message, my_id, summary, members) if is_mine else "",
        is_mine=is_mine,
        is_of_other=is_of_other,
        is_recalled=message.recalled_at is not None,
        is_edited=message.edits > 0 and message.recalled_at is None,
        is_starred=mark is not None and mark.starred,
        is_large_emoji=is_large_emoji(message.body) and message.reply_to is None,
        starts=starts,
        ends=ends,
        quote=_quote(message, quotable, my_id, people),
        card=build_card(message, my_id=my_id, people=people, sent_at=_at(message)),
        photos=photo_presenters.build_tiles(message),
        attachment=attachment_presenters.build_attachment(
            message, people=people, my_votes=mark.votes if mark else [], now=now
        ),
        forwarded=attachment_presenters.forwarded_label(message),
        reactions=tuple(
            ReactionView(emoji=one.emoji, count=one.count, is_mine=mark is not None and mark.reaction == one.emoji)
            for one in message.reactions
        ),
        mentioned=names_in(message.extras, people),
    )


def _quote(
    message: MessageRow, quotable: dict[int, MessageRow], my_id: str, people: Sequence[PersonRow]
) -> QuotedMessage | None:
    if message.reply_to is None or message.recalled_at is not None:
        return None
    quoted = quotable.get(message.reply_to)
    if quoted is None:
        return QuotedMessage(seq=message.reply_to, name="", text=str(js_messages.MESSAGES["quote_gone"]), photo="")
    name = _("You") if quoted.sender == my_id else name_of(quoted.sender, people)
    photos = photo_presenters.photos_of(quoted)
    return QuotedMessage(
        seq=quoted.seq,
        name=name,
        text=summarize_message(quoted, my_id=my_id, people=people),
        photo=photos[0]["id"] if photos else "",
    )


def _state(message: MessageRow, my_id: str, summary: SummaryRow, members: Sequence[MemberRow]) -> str:
    """Return the state of the reader's own message: delivered or read only once it is so for all other members."""
    reach = _reach(my_id, summary, members)
    if message.seq <= reach.read:
        return "read"
    return "delivered" if message.seq <= reach.delivered else "sent"


def _reach(my_id: str, summary: SummaryRow, members: Sequence[MemberRow]) -> ReachRow:
    """
    Return up to which message all other members have read and received a conversation.

    For past members it stays as it was when they left. Of a large group not all are listed, so nothing is said of them.
    """
    if summary.mine.reach is not UNSET:
        return summary.mine.reach
    others = [member for member in members if member.user != my_id]
    if not others or (summary.group is not None and summary.group.member_count > len(members)):
        return ReachRow(read=0, delivered=0)
    return ReachRow(
        read=min(member.read_seq for member in others),
        delivered=min(max(member.read_seq, member.delivered_seq) for member in others),
    )


def _sender_prefix(message: MessageRow, my_id: str, other: PersonRow | None, people: Sequence[PersonRow]) -> str:
    if not _is_regular_message(message):
        return ""
    if message.sender == my_id:
        return _("You: ")
    # In a direct conversation, a message that is not the reader's is the other person's.
    return "" if other is not None else _("{name}: ").format(name=name_of(message.sender, people))


def _is_regular_message(message: MessageRow) -> bool:
    return message.recalled_at is None and message.event is None


def _first_unread_seq(messages: Sequence[MessageRow], summary: SummaryRow, my_id: str) -> int | None:
    """Return the seq of the first unread message, or None."""
    if count_unread(summary) == 0:
        return None
    unseen = [one.seq for one in messages if one.seq > summary.mine.read_seq and one.sender != my_id]
    return unseen[0] if unseen else None


def _is_same_group(one: MessageRow | None, other: MessageRow | None) -> bool:
    if one is None or other is None or one.event is not None or other.event is not None:
        return False
    return (
        one.sender == other.sender
        and _day(one) == _day(other)
        and time_formats.truncate_to_minute(_at(one)) == time_formats.truncate_to_minute(_at(other))
    )


def _day_entry(message: MessageRow, now: datetime) -> TimelineItem:
    return TimelineItem(
        "chat/_day.html", DaySeparator(day=_day(message), word=time_formats.format_day(_at(message), now=now))
    )


def _day(message: MessageRow) -> str:
    return timezone.localtime(_at(message)).date().isoformat()


def _at(message: MessageRow) -> datetime:
    return datetime.fromisoformat(message.sent_at)


def _all_people(summary: SummaryRow, history: History) -> list[PersonRow]:
    return [*summary.people, *history.people]
