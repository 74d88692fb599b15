"""The page of starred messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.contracts import StarredRow, SummaryRow
from chat.pages import identities, presenters
from chat.pages.event_sentences import name_of
from chat.pages.page_context import render_beside_list
from chat.queries.marks import list_starred
from chat.queries.summaries import list_summaries_of
from superapp.accounts.api import PersonRow, get_current_user, named_person_required
from superapp.core import ids

BEFORE_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class StarredView:
    """A starred message, for its template."""

    conversation: str
    seq: int
    name: str
    who: str
    face: PersonRow
    text: str
    sent_at: datetime


@named_person_required
@never_cache
@require_safe
def starred(request: HttpRequest) -> HttpResponse:
    """Show the messages that the person starred, of all conversations or of ``?obrolan``."""
    user = get_current_user(request)
    page = list_starred(
        user.pk,
        conversation_id=ids.parse_id(request.GET.get("obrolan", "")),
        before=request.GET.get("sebelum", "")[:BEFORE_CHARS_MAX] or None,
    )
    summaries = {one.id: one for one in list_summaries_of(user.pk, {row.conversation for row in page.rows})}
    my_id = str(user.public_id)
    rows = [_view(row, summaries[row.conversation], page.people, my_id) for row in page.rows]
    return render_beside_list(request, "chat/starred.html", {"rows": rows, "more": page.next})


def _view(row: StarredRow, summary: SummaryRow, people: list[PersonRow], my_id: str) -> StarredView:
    message = row.message
    everybody = [*summary.people, *people]
    identity = identities.display_identity(summary, my_id)
    return StarredView(
        conversation=row.conversation,
        seq=message.seq,
        name=identity["name"],
        who=_("You") if message.sender == my_id else name_of(message.sender, everybody),
        face=identity,
        text=presenters.summarize_message(message, my_id=my_id, people=everybody),
        sent_at=datetime.fromisoformat(message.sent_at),
    )
