"""Middleware that forbids shared and private caches to store responses unless the view says otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PRIVATE_NO_STORE = "private, no-store"
ERROR_STATUS_MIN = 400


def default_to_private(get_response: GetResponse) -> GetResponse:
    """
    Middleware: let nobody keep a refusal, or an answer to somebody who is logged in, that does not say itself how long
    it may be kept.

    What a device keeps of pages for reading without a connection is asked for by our own service worker, not by this.
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
