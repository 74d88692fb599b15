"""Queries for the votes of a poll."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chat.domain.polls import PollAttachment, VoterRow, VotersPage, of_message, validate_choice
from chat.errors import NotAPoll
from chat.models import ClosedPoll, Member, Message, PollVote
from chat.queries.members import fetch_membership
from chat.queries.messages import fetch_message
from chat.queries.paging import fetch_page
from superapp.accounts import api as accounts
from superapp.core import clock

VOTERS_PER_PAGE = 100


def require_poll(message: Message) -> PollAttachment:
    """
    Return the poll of a message.

    :raises NotAPoll: if it carries none
    """
    poll = of_message(message.extras)
    if poll is None:
        raise NotAPoll
    return poll


def find_closed_at(message: Message) -> datetime | None:
    """Return when its author closed the poll; None while it is open."""
    return ClosedPoll.objects.filter(message=message).values_list("closed_at", flat=True).first()


def list_voters(conversation_id: UUID, user_id: int, *, seq: int, option: int, after: str | None) -> VotersPage:
    """
    List a page of the votes for an option, the first vote first; ``after`` is ``next`` of the page before.

    :raises ConversationNotFound, MessageNotFound: if the person may not see the message
    :raises NotAPoll, PollChoiceInvalid: if there is no such option
    :raises InputInvalid: if ``after`` is no such token
    """
    member: Member = fetch_membership(conversation_id, user_id)
    message = fetch_message(member.conversation, member, seq)
    validate_choice(require_poll(message), {option})
    votes = PollVote.objects.filter(message=message, option=option).select_related("user")
    found, following = fetch_page(votes, after=after, limit=VOTERS_PER_PAGE)
    return VotersPage(
        rows=[VoterRow(user=str(vote.user.public_id), voted_at=clock.to_wire(vote.voted_at)) for vote in found],
        next=following,
        people=[accounts.serialize_person(vote.user) for vote in found],
    )
