"""The page with the photos of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.contracts import MessageRow, PhotosPage
from chat.pages import identities, photo_presenters
from chat.pages.event_sentences import name_of
from chat.pages.page_context import render_beside_list
from chat.pages.seq_parameter import parse_seq
from chat.queries.photos import fetch_photos_page
from chat.queries.summaries import fetch_summary
from superapp.accounts.api import PersonRow, User, get_current_user, named_person_required
from superapp.core import clock
from superapp.web import time_formats


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPhoto:
    """A photo of a conversation, for its template."""

    id: str
    seq: int
    width: int
    height: int
    colour: str
    who: str
    at: str
    caption: str


@named_person_required
@never_cache
@require_safe
def photos(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Show the photos of a conversation, the newest first, or those before the message ``?sebelum``."""
    user = get_current_user(request)
    summary = fetch_summary(conversation, user.pk)
    my_id = str(user.public_id)
    page = fetch_photos_page(conversation, user.pk, before_seq=parse_seq(request.GET.get("sebelum", "")))
    context = {
        "conversation_id": summary.id,
        "name": identities.display_identity(summary, my_id)["name"],
        "photos": _build_photos(page, my_id, clock.now()),
        "more": page.rows[-1].seq if page.more else None,
    }
    return render_beside_list(request, "chat/photos.html", context, conversation_id=conversation)


def list_recent_photos(conversation_id: UUID, user: User, *, limit: int, now: datetime) -> list[ConversationPhoto]:
    """List the newest photos of a conversation, the newest first."""
    page = fetch_photos_page(conversation_id, user.pk, limit=limit)
    return _build_photos(page, str(user.public_id), now)[:limit]


def _build_photos(page: PhotosPage, my_id: str, now: datetime) -> list[ConversationPhoto]:
    return [photo for row in page.rows for photo in _photos_of(row, page.people, my_id, now)]


def _photos_of(row: MessageRow, people: list[PersonRow], my_id: str, now: datetime) -> list[ConversationPhoto]:
    sent_at = datetime.fromisoformat(row.sent_at)
    return [
        ConversationPhoto(
            id=photo["id"],
            seq=row.seq,
            width=photo["width"],
            height=photo["height"],
            colour=photo_presenters.average_colour(photo["placeholder"]),
            who=_("You") if row.sender == my_id else name_of(row.sender, people),
            at=f"{time_formats.format_day(sent_at, now=now)}, {time_formats.format_hour(sent_at)}",
            caption=row.body,
        )
        for photo in photo_presenters.photos_of(row)
    ]
