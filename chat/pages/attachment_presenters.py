"""Presenters of polls, contact cards and locations; ``#chat/attachment_view.js`` shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from msgspec import UNSET

from chat.contracts import MessageRow
from chat.domain import formatting, polls
from chat.domain.extras import OFTEN_FORWARDED
from chat.pages.event_sentences import find_person
from superapp.accounts.api import PersonRow

TEMPLATES = ("poll", "contact", "location")
BLANKS: dict[str, Any] = {
    "poll": {"options": ()},
    "contact": {"face": {"name": ""}},
    "location": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """An attachment in its message, with the template that renders it."""

    template: str
    data: dict[str, Any]


def build_attachment(
    message: MessageRow, *, people: Sequence[PersonRow], my_votes: list[int], now: datetime
) -> AttachmentView | None:
    """Build the view of a poll, a contact card or a location; None for all others."""
    attachment = _attachment_of(message)
    kind = attachment.get("type")
    if kind not in TEMPLATES:
        return None
    data = dict(attachment)
    if kind == "contact":
        # The card keeps the name as it was sent; without the person's row the avatar shows initials.
        data["face"] = {**find_person(attachment["user"], people), "name": attachment["name"]}
    if kind == "location":
        data["coordinates"] = f"{attachment['latitude']}, {attachment['longitude']}"
        data["address"] = f"geo:{attachment['latitude']},{attachment['longitude']}"
    if kind == "poll" and message.poll is not UNSET:
        most = max(1, message.poll.voters)
        data["options"] = [
            {"text": text, "number": number, "count": tally.count, "most": most, "is_mine": number in my_votes}
            for number, (text, tally) in enumerate(zip(attachment["options"], message.poll.options, strict=True))
        ]
        data["voters"] = message.poll.voters
        data["is_closed"] = message.poll.closed_at is not None or polls.has_ended(attachment["closes_at"], now=now)
    return AttachmentView(template=f"chat/_attachment_{kind}.html", data=data)


def summarize_attachment(message: MessageRow) -> str:
    """Return an attachment with its caption as one line, for lists and quotes; an empty text for others."""
    attachment = _attachment_of(message)
    caption = formatting.plain(message.body)
    kind = attachment.get("type")
    if kind == "poll":
        line = f"📊 {attachment['question']}"
    elif kind == "contact":
        line = f"👤 {attachment['name'] or _('Contact')}"
    elif kind == "location":
        line = f"📍 {attachment['name'] or _('Location')}"
    else:
        return ""
    return f"{line} · {caption}" if caption else line


def forwarded_label(message: MessageRow) -> str:
    """Return how a forwarded message is marked; an empty text for others."""
    forwards = message.extras.forwards if message.extras is not None else 0
    if forwards == 0:
        return ""
    return _("Forwarded many times") if forwards >= OFTEN_FORWARDED else _("Forwarded")


def _attachment_of(message: MessageRow) -> dict[str, Any]:
    return (message.extras.attachment if message.extras is not None else None) or {}
