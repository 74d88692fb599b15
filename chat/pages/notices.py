"""Messages as notifications: what to say of a conversation, and whether its newest message was seen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chat.contracts import SummaryRow
from chat.errors import ConversationNotFound
from chat.pages import presenters
from chat.pages.preference_switches import is_hidden, is_muted
from chat.queries.members import list_read_up_to, list_seen_up_to
from chat.queries.summaries import fetch_summary
from superapp.accounts import api as accounts
from superapp.notifications.api import HintedFact, NoticeText, PersonalFact, Source

NAME = "chat"
TEXT_CHARS_MAX = 200


class _PostedRow(msgspec.Struct):
    seq: int
    sender: str = msgspec.field(name="from")
    event: dict[str, Any] | None = None


class _PostedHint(msgspec.Struct):
    on: str
    say: str
    row: _PostedRow | None = None


_read = msgspec.json.Decoder(_PostedHint).decode


def make_source() -> Source:
    """Return conversations as a source of notifications."""
    return Source(
        name=NAME,
        hint_prefix=b'{"on":"chat:',
        describe=describe,
        filter_unseen=filter_unseen,
        filter_read=filter_read,
        read_hint=read_hint,
    )


def describe(user_id: int, key: str, now: datetime) -> NoticeText | None:
    """
    Return the newest unread message of a conversation in words; None if nothing is unread, or it is put away, or
    muted without a mention of the person.

    :raises ConversationNotFound: if the person never was a member
    """
    summary = fetch_summary(_conversation(key), user_id)
    if not _is_loud(summary, now) or presenters.count_unread(summary) == 0:
        return None
    my_id = str(accounts.get_public_ids({user_id})[user_id])
    row = presenters.build_row(summary, my_id=my_id, now=now, open_id=None)
    return NoticeText(
        # In a muted group a mention notifies, and later messages do not.
        number=summary.mentioned_seq if is_muted(summary, now) else summary.last_seq,
        title=row.name,
        text=f"{row.who}{row.text}"[:TEXT_CHARS_MAX],
        url=f"/obrolan/{summary.id}/",
        face_id=row.face["id"],
        avatar=row.face["avatar"],
    )


def filter_unseen(facts: Collection[PersonalFact], now: datetime) -> set[PersonalFact]:
    """Return those messages that are unread and on no device of their member, who wants to hear of them."""
    conversations = {fact: _conversation(fact.key) for fact in facts}
    seen = list_seen_up_to({fact.user_id for fact in facts}, set(conversations.values()), now)
    return {fact for fact, id_ in conversations.items() if seen.get((fact.user_id, id_), fact.number) < fact.number}


def filter_read(facts: Collection[PersonalFact]) -> set[PersonalFact]:
    """Return those messages up to which their person has read, or whose conversation they have left."""
    conversations = {fact: _conversation(fact.key) for fact in facts}
    read = list_read_up_to({fact.user_id for fact in facts}, set(conversations.values()))
    return {fact for fact, id_ in conversations.items() if read.get((fact.user_id, id_), fact.number) >= fact.number}


def read_hint(encoded: bytes) -> HintedFact | None:
    """Return the message that a hint carries, or None if it carries none of which people are told."""
    hint = _read(encoded)
    row = hint.row
    if hint.say != "message.posted" or row is None:
        return None
    # That somebody joined is no news; what a shop did with an order is, and its events have a name with a dot.
    if row.event is not None and "." not in str(row.event.get("name")):
        return None
    return HintedFact(subject=hint.on, number=row.seq, sender=row.sender)


def _conversation(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise ConversationNotFound from None


def _is_loud(summary: SummaryRow, now: datetime) -> bool:
    mine = summary.mine
    # A mention calls also where the group is muted.
    is_mentioned = summary.mentioned_seq > mine.read_seq
    return not (
        (is_muted(summary, now) and not is_mentioned)
        or mine.is_archived
        or is_hidden(summary)
        or summary.until_seq is not None
    )
