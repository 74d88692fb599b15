"""Middleware that refuses requests with characters that databases cannot store."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

API = "/api/"
GetResponse = Callable[[HttpRequest], HttpResponseBase]
# U+0000, which PostgreSQL does not store, and single surrogates, which cannot be encoded.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def drop_unstorable_cookies(get_response: GetResponse) -> GetResponse:
    """Drop cookies with such a character, which none of ours has, in a middleware before a session is looked up."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if any(map(_UNSTORABLE.search, request.COOKIES.values())):
            request.COOKIES = {name: value for name, value in request.COOKIES.items() if not _UNSTORABLE.search(value)}
        return get_response(request)

    return answer


def refuse_unstorable_requests(get_response: GetResponse) -> GetResponse:
    """
    Refuse a path, query or form with such a character in a middleware, before its view is called.

    Bodies sent to the API are not read here: ``superapp.realtime`` refuses such JSON itself, and an upload must not
    be read before its sender is authenticated.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, _view: Any, _arguments: Any, _named: Any) -> None:
        texts = [request.path, *_texts(request.GET)]
        if not request.path.startswith(API):
            # A multipart form that cannot be parsed is empty afterwards; its view reports what is missing.
            with suppress(MultiPartParserError):
                texts += _texts(request.POST)
        if any(map(_UNSTORABLE.search, texts)):
            raise BadRequest("a text holds what cannot be stored")

    answer.process_view = process_view  # type: ignore[attr-defined]
    return answer


def _texts(fields: Any) -> list[str]:
    return [text for name, values in fields.lists() for text in (name, *values)]
