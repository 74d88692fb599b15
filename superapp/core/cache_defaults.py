"""No answer about somebody is kept by anything between us and them, even if its view says nothing of that."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
NOBODY_KEEPS = "private, no-store"
REFUSALS_FROM = 400


def private_unless_said(get_response: GetResponse) -> GetResponse:
    """
    Middleware: let nobody keep a refusal, or an answer to somebody who is logged in, that does not say itself how long
    it may be kept.

    What a device keeps of pages for reading without a connection is asked for by our own service worker, not by this.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control") and (response.status_code >= REFUSALS_FROM or _is_person(request)):
            response.headers["Cache-Control"] = NOBODY_KEEPS
        return response

    return answer


def _is_person(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
