"""Queries for pages of a conversation's log, as rows of the wire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from chat.contracts import Changes, History, MessageRow
from chat.domain.extras import ALL
from chat.domain.marks import MarkRow, VersionRow
from chat.errors import NotAContactCard
from chat.models import Member, Message
from chat.queries import poll_tallies, reaction_tallies
from chat.queries.members import (
    fetch_membership,
    list_visible_members,
)
from chat.queries.messages import (
    fetch_message,
    list_changed_messages,
    list_messages_after,
    list_messages_before,
    list_messages_by_seq,
    visible_rev,
)
from chat.queries.row_builders import member_row, message_row
from chat.queries.row_parts import load_row_parts
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow, User
from superapp.core import clock

PAGE_MAX = 100
SUBJECTS_MAX = 10


def fetch_changes(conversation_id: UUID, user_id: int, *, after_rev: int) -> Changes:
    """
    Fetch a page of the messages that changed after a rev and that the person may see, in the order of their changes.

    With ``more``, further ones follow after the returned ``rev``.

    :raises ConversationNotFound: if the person never was a member
    """
    member = fetch_membership(conversation_id, user_id)
    # Read before the rows: a change committed in between comes with the next call.
    rev = visible_rev(member)
    present = _present(member)
    found = list_changed_messages(member, after_rev=after_rev, rev=rev, limit=PAGE_MAX + 1)
    more = len(found) > PAGE_MAX
    found = found[:PAGE_MAX]
    return Changes(
        rev=found[-1].rev if more else rev,
        rows=_rows(found),
        more=more,
        members=[member_row(one) for one in present],
        people=list_people(found, present),
        marks=_marks(conversation_id, found),
    )


def fetch_history(
    conversation_id: UUID, user_id: int, *, before_seq: int | None, after_seq: int | None = None, limit: int
) -> History:
    """
    Fetch up to ``limit`` messages before ``before_seq`` (None: the newest), in ascending order.

    With ``after_seq`` the page begins with the message that follows it, and ``more`` speaks of those after the page.
    The messages that they quote are included as ``quoted``.

    :raises ConversationNotFound: if the person never was a member
    """
    member = fetch_membership(conversation_id, user_id)
    rev = visible_rev(member)
    if after_seq is None:
        found = list_messages_before(member, before_seq=before_seq, limit=limit + 1)
        more, found = len(found) > limit, found[-limit:]
    else:
        found = list_messages_after(member, after_seq=after_seq, before_seq=before_seq, limit=limit + 1)
        more, found = len(found) > limit, found[:limit]
    here = {message.seq for message in found}
    quoted = {message.reply_to for message in found if message.reply_to is not None} - here
    replied = list_messages_by_seq(member, quoted) if quoted else []
    present = _present(member)
    return History(
        rev=rev,
        rows=_rows(found),
        more=more,
        quoted=_rows(replied),
        members=[member_row(one) for one in present],
        people=list_people([*found, *replied], present, contacts=_contacts_on_cards(found, user_id)),
        marks=_marks(conversation_id, found),
    )


def fetch_messages_by_seq(conversation_id: UUID, user_id: int, seqs: Collection[int]) -> list[MessageRow]:
    """
    Fetch those of these messages that the person may see.

    :raises ConversationNotFound: if the person never was a member
    """
    return _rows(list_messages_by_seq(fetch_membership(conversation_id, user_id), seqs))


def fetch_versions(conversation_id: UUID, user_id: int, *, seq: int) -> list[VersionRow]:
    """
    Fetch the texts that a message had before it was edited, the oldest first.

    :raises ConversationNotFound: if the person never was a member
    :raises MessageNotFound: if the person may not see the message
    """
    member = fetch_membership(conversation_id, user_id)
    message = fetch_message(member.conversation, member, seq)
    return [
        VersionRow(edits=one.edits, body=one.body, at=clock.to_wire(one.written_at))
        for one in message.versions.order_by("edits")
    ]


def _contacts_on_cards(found: Iterable[Message], user_id: int) -> list[User]:
    """List the people on contact cards who are contacts of the reader; cards of others show the name only."""
    shown = {one for message in found if (one := _person_on_card(message)) is not None}
    return accounts.list_contacts_among(user_id, shown) if shown else []


def fetch_card_person(conversation_id: UUID, user_id: int, *, seq: int) -> UUID:
    """
    Fetch the public id of the person whose contact card a message carries.

    :raises ConversationNotFound, MessageNotFound: if the asking person may not see the message
    :raises NotAContactCard: if it carries none
    """
    member = fetch_membership(conversation_id, user_id)
    person = _person_on_card(fetch_message(member.conversation, member, seq))
    if person is None:
        raise NotAContactCard
    return person


def _person_on_card(message: Message) -> UUID | None:
    """Return the public id of the person on a message's contact card, or None if the message has no contact card."""
    attachment = (message.extras or {}).get("attachment") or {}
    return UUID(attachment["user"]) if attachment.get("type") == "contact" else None


def _rows(found: Sequence[Message]) -> list[MessageRow]:
    load_row_parts(found)
    return [message_row(message) for message in found]


def _marks(conversation_id: UUID, found: Iterable[Message]) -> list[MarkRow]:
    """Return the reader's marks on messages of ``visible_messages``, which are not hidden."""
    return [
        MarkRow(
            conversation=str(conversation_id),
            seq=message.seq,
            rev=message.marks_rev,  # type: ignore[attr-defined]  # Annotated.
            hidden=False,
            starred=message.is_starred,  # type: ignore[attr-defined]  # Annotated.
            votes=message.my_votes,  # type: ignore[attr-defined]  # Annotated.
            reaction=message.my_reaction or None,  # type: ignore[attr-defined]  # Annotated.
        )
        for message in found
        if message.marks_rev is not None  # type: ignore[attr-defined]  # Annotated.
    ]


def _present(member: Member) -> list[Member]:
    return list_visible_members([member]).get(member.conversation_id, [])


def list_people(
    found: Iterable[Message],
    present: Iterable[Member],
    *,
    subjects: Mapping[str, User] | None = None,
    contacts: Iterable[User] = (),
) -> list[PersonRow]:
    """
    Return the profile rows of all people of these messages and members, which have to be loaded already.

    ``subjects`` are the people whom messages mention or are about, by public id; without it they are read, at once.
    ``contacts`` are further people whom the reader knows.
    """
    found = list(found)
    people = {member.user_id: member.user for member in present} | {user.pk: user for user in contacts}
    subjects = fetch_subjects(found) if subjects is None else subjects
    for user in (subjects[one] for message in found for one in subjects_of(message) if one in subjects):
        people[user.pk] = user
    for message in found:
        people[message.sender_id] = message.sender
        people |= reaction_tallies.reactors_of(message)
        people |= poll_tallies.voters_of(message)
    return [accounts.serialize_person(people[user_id]) for user_id in sorted(people)]


def fetch_subjects(found: Iterable[Message]) -> dict[str, User]:
    """Fetch the people whom these messages mention or are about, by public id: they may be in no list of members."""
    named = {one for message in found for one in subjects_of(message)}
    return (
        {str(user.public_id): user for user in accounts.list_users_by_public_id([UUID(one) for one in named])}
        if named
        else {}
    )


def subjects_of(message: Message) -> list[str]:
    """Return the public ids of the people whom a message mentions, or an event is about, as far as it may name them."""
    event = message.event or {}
    mentioned = [one for one in (message.extras or {}).get("mentions", ()) if one != ALL]
    return [*mentioned, *event.get("users", ())[:SUBJECTS_MAX], *([event["user"]] if "user" in event else ())]
