"""Rate limit of forms: they take tokens from the same bucket as a person's commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from superapp.core.errors import RateLimited
from superapp.core.form_pages import form_cost_of
from superapp.media.api import UPLOADS_PATH
from superapp.realtime.rate_limits import command_throttle
from superapp.web import error_pages

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
JSON_PATHS = ("/api/", UPLOADS_PATH)


def throttle_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """
    Take the cost of a form, or of a file sent to the API, in a middleware before its view is called and its body is
    read.

    Commands of the API take their own cost. The log-in has separate limits for people who are not logged in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, _arguments: Any, _named: Any) -> HttpResponse | None:
        if request.method in SAFE or _is_throttled_elsewhere(view) or not request.user.is_authenticated:
            return None
        try:
            command_throttle.take(int(request.user.pk), form_cost_of(view))
        except RateLimited as refusal:
            if not request.path.startswith(JSON_PATHS):
                return error_pages.rate_limited(request, refusal)
            retry_after = {"Retry-After": str(refusal.retry_after)}
            return JsonResponse(refusal.body(), status=int(refusal.kind), headers=retry_after)
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _is_throttled_elsewhere(view: Any) -> bool:
    return hasattr(getattr(view, "cls", None), "commands")
