"""Queries for the reactions to a message."""

from __future__ import annotations

from uuid import UUID

from chat.domain.reactions import EMOJI_MAX, ReactorRow, ReactorsPage
from chat.models import Message, Reaction
from chat.queries.members import fetch_membership
from chat.queries.messages import fetch_message
from chat.queries.paging import fetch_page
from superapp.accounts import api as accounts
from superapp.core import clock

REACTORS_PER_PAGE = 100


def find_reaction(message: Message, user_id: int) -> Reaction | None:
    """Find the person's reaction to a message; None if there is none."""
    return Reaction.objects.filter(message=message, user_id=user_id).first()


def is_full_for(message: Message, emoji: str, *, user_id: int) -> bool:
    """Return whether the others reacted with as many emoji as a message can have, and with this one not."""
    others = Reaction.objects.filter(message=message).exclude(user_id=user_id)
    if others.filter(emoji=emoji).exists():
        return False
    return others.order_by().values("emoji").distinct().count() >= EMOJI_MAX


def list_reactors(
    conversation_id: UUID, user_id: int, *, seq: int, emoji: str | None = None, after: str | None = None
) -> ReactorsPage:
    """
    List a page of the reactions to a message, the first one first; ``after`` is ``next`` of the page before.

    ``emoji`` filters by an emoji.

    :raises ConversationNotFound, MessageNotFound: if the person may not see the message
    :raises InputInvalid: if ``after`` is no such token
    """
    member = fetch_membership(conversation_id, user_id)
    message = fetch_message(member.conversation, member, seq)
    reactions = Reaction.objects.filter(message=message).select_related("user")
    if emoji is not None:
        reactions = reactions.filter(emoji=emoji)
    found, following = fetch_page(reactions, after=after, limit=REACTORS_PER_PAGE)
    return ReactorsPage(
        rows=[
            ReactorRow(user=str(one.user.public_id), emoji=one.emoji, reacted_at=clock.to_wire(one.reacted_at))
            for one in found
        ],
        next=following,
        people=[accounts.serialize_person(one.user) for one in found],
    )
