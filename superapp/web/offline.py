"""Pages that a device may keep and show again while it has no connection."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.http import HttpResponseBase

HEADER = "X-Readable-Offline"

Arguments = ParamSpec("Arguments")
Response = TypeVar("Response", bound=HttpResponseBase)


def readable_offline(view: Callable[Arguments, Response]) -> Callable[Arguments, Response]:
    """
    Let the device of the reader keep the page that this view answers, as it was last seen.

    For pages that are read. A page with a form is of no use offline: it cannot be sent.
    """

    @wraps(view)
    def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        response = view(*args, **kwargs)
        response[HEADER] = "1"
        return response

    return answer
