"""Compression of responses by this process: of text, and never of files that are compressed already."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

INCOMPRESSIBLE = "image/"


class TextCompressionMiddleware(GZipMiddleware):
    """Django's compression, except of pictures: they would not shrink, and a range of one would not be a range."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(INCOMPRESSIBLE) and not response.headers.get(
            "Content-Type", ""
        ).startswith("image/svg"):
            return response
        return super().process_response(request, response)
