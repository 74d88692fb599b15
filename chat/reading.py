"""What people read of conversations, shaped for the wire."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from chat import frames, queries
from chat.models import Member, Message
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core.errors import InputInvalid
from superapp.realtime.registry import Caller, Page

PAGE_MAX = 100
SUMMARIES_PER_PAGE = 50


def changes(conversation_id: UUID, user_id: int, *, after_rev: int) -> frames.Changes:
    """
    What changed after a rev, as far as this person may see it, in the order of the changes.

    :raises ConversationNotFound: if they never were in it
    """
    member = queries.member_of(conversation_id, user_id)
    # Read before the rows: whatever commits in between comes with the next call.
    rev = queries.rev_for(member)
    present = _present(member)
    found = queries.messages_changed(member, after_rev=after_rev, rev=rev, limit=PAGE_MAX + 1)
    more = len(found) > PAGE_MAX
    found = found[:PAGE_MAX]
    return frames.Changes(
        rev=found[-1].rev if more else rev,
        rows=_rows(found),
        more=more,
        members=[frames.member_row(one) for one in present],
        people=_people(found, present),
    )


def history(conversation_id: UUID, user_id: int, *, before_seq: int | None, limit: int) -> frames.History:
    """
    A page of the log, in ascending order, and what its rows reply to.

    :raises ConversationNotFound: if they never were in it
    """
    member = queries.member_of(conversation_id, user_id)
    rev = queries.rev_for(member)
    found = queries.messages_before(member, before_seq=before_seq, limit=limit + 1)
    more = len(found) > limit
    found = found[-limit:]
    here = {message.seq for message in found}
    quoted = {message.reply_to for message in found if message.reply_to is not None} - here
    replied = queries.messages_picked(member, quoted) if quoted else []
    present = _present(member)
    return frames.History(
        rev=rev,
        rows=_rows(found),
        more=more,
        quoted=_rows(replied),
        members=[frames.member_row(one) for one in present],
        people=_people([*found, *replied], present),
    )


def picked(conversation_id: UUID, user_id: int, seqs: Collection[int]) -> list[frames.MessageRow]:
    """
    These messages, as far as this person may see them.

    :raises ConversationNotFound: if they never were in it
    """
    return _rows(queries.messages_picked(queries.member_of(conversation_id, user_id), seqs))


def summary(conversation_id: UUID, user_id: int) -> frames.SummaryRow:
    """
    One conversation as it stands in this person's list.

    :raises ConversationNotFound: if they never were in it
    """
    return summaries([queries.member_of(conversation_id, user_id)])[0]


def summaries(sides: Sequence[Member]) -> list[frames.SummaryRow]:
    """These sides of one person as rows of their list; a fixed number of queries, however many."""
    if not sides:
        return []
    last = queries.last_messages(sides)
    members = queries.members_known_to(sides)
    rows = []
    for side in sides:
        newest = last.get(side.pk)
        present = members.get(side.conversation_id, [])
        people = _people([newest] if newest else [], present)
        rows.append(frames.summary_row(side, side.conversation, last=newest, members=present, people=people))
    return rows


def list_page(user_id: int, *, before: str | None = None) -> Page:
    """The person's conversations, newest change first, a page."""
    return _page(user_id, since=None, token=before)


def hidden_page(user_id: int) -> Page:
    """The person's conversations that they hid, the newest change first; the first page is all of it."""
    return Page(rows=summaries(queries.sides_hidden(user_id)), next=None)


def conversations_changed(caller: Caller, since: int | None, token: str | None) -> Page:
    """Part ``conversations`` of ``sync``."""
    return _page(caller.user_id, since=since, token=token)


def sides_of_me(user_id: int, after_rev: int, limit: int) -> list[frames.MembershipRow]:
    """Rows of topic ``me``: my side of conversations, changed after this rev."""
    sides = queries.sides_of_me(user_id, after_rev=after_rev, limit=limit)
    return [frames.membership_row(side, side.conversation.public_id) for side in sides]


def _page(user_id: int, *, since: int | None, token: str | None) -> Page:
    before = None
    if token is not None:
        if not (place := re.fullmatch(r"(\d{1,18})\.(\d{1,18})", token, re.ASCII)):
            raise InputInvalid(detail="before")
        before = (int(place[1]), int(place[2]))
    sides = queries.sides_changed(user_id, since=since, before=before, limit=SUMMARIES_PER_PAGE + 1)
    more = len(sides) > SUMMARIES_PER_PAGE
    sides = sides[:SUMMARIES_PER_PAGE]
    following = f"{sides[-1].changed_last}.{sides[-1].pk}" if more else None  # type: ignore[attr-defined]  # Annotated.
    return Page(rows=summaries(sides), next=following)


def _rows(found: Iterable[Message]) -> list[frames.MessageRow]:
    return [frames.message_row(message) for message in found]


def _present(member: Member) -> list[Member]:
    return queries.members_known_to([member]).get(member.conversation_id, [])


def _people(found: Iterable[Message], present: Iterable[Member]) -> list[PersonRow]:
    """How everybody looks who is named in these rows; they are loaded already."""
    people = {member.user_id: member.user for member in present}
    for message in found:
        people[message.sender_id] = message.sender
        people |= {reaction.user_id: reaction.user for reaction in message.reactions.all()}
    return [accounts.person(people[user_id]) for user_id in sorted(people)]
