"""Queries for a person's own marks on messages."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from chat.contracts import StarredPage, StarredRow
from chat.domain.marks import MarkRow
from chat.models import Message, MessageMark
from chat.queries.history import list_people
from chat.queries.messages import with_row_relations
from chat.queries.paging import parse_token
from chat.queries.row_builders import mark_row, message_row
from chat.queries.row_parts import load_row_parts
from chat.queries.visibility import is_in_sight
from superapp.core import clock
from superapp.core.errors import InputInvalid

STARRED_PER_PAGE = 50


def find_mark(message: Message, user_id: int) -> MessageMark | None:
    """Find the person's marks on a message; None if there never were any."""
    return MessageMark.objects.filter(message=message, user_id=user_id).first()


def list_mark_rows(user_id: int, after_rev: int, limit: int) -> list[MarkRow]:
    """List the rows of the user topic for marks that changed after this rev."""
    changed = MessageMark.objects.filter(user_id=user_id, rev__gt=after_rev).order_by("rev")
    return [
        mark_row(mark, conversation_id=mark.message.conversation.public_id, seq=mark.message.seq)
        for mark in changed.select_related("message__conversation")[:limit]
    ]


def list_starred(user_id: int, *, conversation_id: UUID | None, before: str | None) -> StarredPage:
    """
    List a page of the messages that a person starred and may still see, the newest star first.

    ``conversation_id`` filters by a conversation; ``before`` is ``next`` of the page before.

    :raises InputInvalid: if ``before`` is no such token
    """
    starred = MessageMark.objects.filter(
        is_in_sight(user_id, "message__"), user_id=user_id, is_starred=True, is_hidden=False
    )
    starred = starred.filter(message__recalled_at=None)
    if conversation_id is not None:
        starred = starred.filter(message__conversation__public_id=conversation_id)
    if before is not None:
        starred = starred.filter(_after_mark(user_id, before))
    newest = starred.order_by("-starred_at", "-pk").select_related("message__conversation")
    marks = list(newest[: STARRED_PER_PAGE + 1])
    more = len(marks) > STARRED_PER_PAGE
    marks = marks[:STARRED_PER_PAGE]
    messages = {
        message.pk: message
        for message in with_row_relations(Message.objects.filter(marks__in=[one.pk for one in marks]))
    }
    load_row_parts(list(messages.values()))
    return StarredPage(
        rows=[
            StarredRow(
                conversation=str(mark.message.conversation.public_id),
                starred_at=clock.to_wire(mark.starred_at),
                message=message_row(messages[mark.message_id]),
            )
            for mark in marks
            if mark.starred_at is not None
        ],
        next=str(marks[-1].pk) if more else None,
        people=list_people(messages.values(), ()),
    )


def _after_mark(user_id: int, token: str) -> Q:
    last = MessageMark.objects.filter(pk=parse_token(token, field="before"), user_id=user_id).first()
    if last is None or last.starred_at is None:
        raise InputInvalid(detail="before")
    return Q(starred_at__lt=last.starred_at) | Q(starred_at=last.starred_at, pk__lt=last.pk)
