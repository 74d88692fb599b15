"""What went wrong before a view was reached, said in the form of the door: a page, or the API's one body of errors."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse

from superapp.core import machine_faults
from superapp.core.errors import DomainError, Fault, Unavailable
from superapp.realtime.errors import BadFrame, Forbidden, FrameTooLarge, NotFound
from superapp.realtime.rest_format import BODY_BYTES_MAX
from superapp.web import faults

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _said(request, FrameTooLarge(bytes_max=BODY_BYTES_MAX), lambda: faults.too_large(request))
    return _said(request, BadFrame(), lambda: faults.bad_request(request, exception))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, Forbidden(), lambda: faults.forbidden(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, NotFound(), lambda: faults.not_found(request, exception))


def broken(request: HttpRequest) -> HttpResponse:
    """A mistake of ours, or records out of reach: then nothing is known, and the same may be asked again."""
    is_out_of_reach = machine_faults.is_passing(sys.exc_info()[1])
    return _said(request, Unavailable() if is_out_of_reach else Fault(), lambda: faults.broken(request))


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _said(request, Forbidden(), lambda: faults.csrf_refused(request, reason))


def _said(request: HttpRequest, error: DomainError, page: Callable[[], HttpResponse]) -> HttpResponse:
    if not request.path.startswith(API):
        return page()
    return JsonResponse(error.body(), status=int(error.kind))
