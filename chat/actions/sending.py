"""Posting messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat import log, text
from chat.errors import ClientIdInvalid
from chat.log_entries import Entry, Posted
from chat.models import Message
from superapp.core.errors import DomainError


def compose(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    client_id: str,
    body: str,
    reply_to: int | None = None,
    line: int = 0,
) -> Entry:
    """
    A text that may be posted: cleaned, and refused early if it never could be. ``line`` is the socket it came through.

    :raises ClientIdInvalid: if it is empty, too long, or not plain
    :raises BodyEmpty, BodyTooLong, BodyNotText: if the body is
    """
    return Entry(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=_own_client_id(client_id),
        body=text.clean_body(body, chars_max=Message.BODY_CHARS_MAX),
        reply_to=reply_to,
        line=line,
    )


def post_message(entry: Entry, *, now: datetime) -> Posted:
    """
    Post one message within the transaction of the caller, or in one of its own.

    The same ``client_id`` with the same content returns the first message and does nothing else.

    :raises ConversationNotFound: if it is missing, or the sender is not in it
    :raises ClientIdReused: if the number stands for another content
    :raises NotAccepted: if one of two has blocked the other, or they are no contacts
    :raises ReplyNotFound: if the sender cannot see what it replies to
    """
    with transaction.atomic():
        return posted(log.append([entry], now=now)[0])


def posted(outcome: Posted | DomainError) -> Posted:
    """Where it stands. :raises DomainError: if it was refused"""
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _own_client_id(raw: str) -> str:
    # A colon marks what the product itself posts in somebody's name, such as the card of a transfer.
    if ":" in raw:
        raise ClientIdInvalid
    return client_id_of(raw)


def client_id_of(raw: str) -> str:
    """A sender's own number for what they post. :raises ClientIdInvalid: if it is empty, too long, or not plain"""
    if not 1 <= len(raw) <= Message.CLIENT_ID_CHARS_MAX or not raw.isascii() or not raw.isprintable() or " " in raw:
        raise ClientIdInvalid
    return raw
