"""Storing of who was mentioned last, in the transaction that posts the message."""

from __future__ import annotations

from collections.abc import Sequence

from chat.contracts import AppendOutcome, NewMessage, PostedMessage
from chat.domain.extras import ALL
from chat.models import Conversation, Member


def has_mentions(entry: NewMessage) -> bool:
    """Return whether a message mentions anybody."""
    return entry.extras is not None and bool(entry.extras.mentions)


def record_mentions(entries: Sequence[NewMessage], outcomes: Sequence[AppendOutcome]) -> None:
    """
    Record the mentions of messages that were just posted; the conversations are locked.

    People who are not members are ignored: they may have left a moment ago.
    """
    for entry, outcome in zip(entries, outcomes, strict=True):
        if not isinstance(outcome, PostedMessage) or not outcome.is_new or entry.extras is None:
            continue
        named = [one for one in entry.extras.mentions if one != ALL]
        if len(named) < len(entry.extras.mentions):
            Conversation.objects.filter(public_id=entry.conversation_id).update(all_mentioned_seq=outcome.seq)
        if named:
            present = Member.objects.filter(conversation__public_id=entry.conversation_id, until_seq=None)
            present.filter(user__public_id__in=named).update(mentioned_seq=outcome.seq)
