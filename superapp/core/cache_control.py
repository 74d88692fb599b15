"""Middleware that forbids caches to store responses unless the view says otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PRIVATE_NO_STORE = "private, no-store"
ERROR_STATUS_MIN = 400


def default_to_private(get_response: GetResponse) -> GetResponse:
    """
    Set ``Cache-Control`` to private and no-store on errors and on responses to logged-in users, unless it is set.

    This does not concern the pages that our service worker stores for offline use.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control") and (
            response.status_code >= ERROR_STATUS_MIN or _is_authenticated(request)
        ):
            response.headers["Cache-Control"] = PRIVATE_NO_STORE
        return response

    return answer


def _is_authenticated(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
