"""Pages that a device may store and show again while it is offline."""

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
    Decorate a view whose page the reader's device may store, to show it offline as it was last seen.

    For pages that are only read: a form cannot be sent offline.
    """

    @wraps(view)
    def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        response = view(*args, **kwargs)
        response[HEADER] = "1"
        return response

    return answer
