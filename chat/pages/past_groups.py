"""The page of groups in which a person is no longer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.pages import presenters
from chat.queries.summaries import list_past_group_summaries
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock


@named_person_required
@never_cache
@require_safe
def past_groups(request: HttpRequest) -> HttpResponse:
    """
    Show the groups that the person left or was removed from; their messages up to then can still be read.

    ``?sebelum`` shows an older page.
    """
    user, now = get_current_user(request), clock.now()
    before = request.GET.get("sebelum")
    page = list_past_group_summaries(user.pk, before=before)
    rows = [presenters.build_row(summary, my_id=str(user.public_id), now=now, open_id=None) for summary in page.rows]
    listed = {"rows": rows, "more": page.next, "is_first_page": before is None}
    return render(request, "chat/past_groups.html", listed)
