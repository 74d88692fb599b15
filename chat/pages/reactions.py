"""The page that shows who reacted to a message."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.models import Reaction
from chat.pages.page_context import render_beside_list
from chat.queries.history import fetch_messages_by_seq
from chat.queries.reactions import list_reactors
from superapp.accounts.api import get_current_user, named_person_required


@named_person_required
@never_cache
@require_safe
def reactions(request: HttpRequest, conversation: UUID, seq: int) -> HttpResponse:
    """Show who reacted to a message, to all who may see it; ``?emoji`` shows one reaction alone."""
    user = get_current_user(request)
    emoji = request.GET.get("emoji", "")[: Reaction.EMOJI_CHARS_MAX]
    page = list_reactors(conversation, user.pk, seq=seq, emoji=emoji or None, after=request.GET.get("sesudah"))
    people = {person["id"]: person for person in page.people}
    counted = [one for message in fetch_messages_by_seq(conversation, user.pk, [seq]) for one in message.reactions]
    context = {
        "conversation_id": conversation,
        "seq": seq,
        "emoji": emoji,
        "counted": counted,
        "total": sum(one.count for one in counted),
        "reactors": [(people[row.user], row.emoji) for row in page.rows],
        "my_id": str(user.public_id),
        "next": page.next,
    }
    return render_beside_list(request, "chat/reactions.html", context, conversation_id=conversation)
