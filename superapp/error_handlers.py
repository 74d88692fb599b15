"""Handlers for errors raised before a view is reached; they answer with a page, or with the API's error body."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse

from superapp.core import infrastructure_errors
from superapp.core.errors import DomainError, InternalError, Unavailable
from superapp.media.api import UPLOADS_PATH
from superapp.realtime.errors import BadFrame, Forbidden, FrameTooLarge, NotFound
from superapp.realtime.rest_format import BODY_BYTES_MAX
from superapp.web import error_pages

JSON_PATHS = ("/api/", UPLOADS_PATH)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _respond(request, FrameTooLarge(bytes_max=BODY_BYTES_MAX), lambda: error_pages.too_large(request))
    return _respond(request, BadFrame(), lambda: error_pages.bad_request(request, exception))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, Forbidden(), lambda: error_pages.forbidden(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, NotFound(), lambda: error_pages.not_found(request, exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unexpected error, or an unavailable database, after which the same request may be sent again."""
    is_out_of_reach = infrastructure_errors.is_passing(sys.exc_info()[1])
    error = Unavailable(retry_after=1) if is_out_of_reach else InternalError()
    return _respond(request, error, lambda: error_pages.server_error(request))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _respond(request, Forbidden(), lambda: error_pages.csrf_failure(request, reason))


def _respond(request: HttpRequest, error: DomainError, page: Callable[[], HttpResponse]) -> HttpResponse:
    if not request.path.startswith(JSON_PATHS):
        return page()
    retry_after = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JsonResponse(error.body(), status=int(error.kind), headers=retry_after)
