"""Media files over HTTP: sent by the proxy if there is one, with headers that keep browsers from executing them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase

YEAR_SECONDS = 365 * 24 * 3600
CACHE_FOREVER = f"max-age={YEAR_SECONDS}, immutable"


def serve_file(path: Path, *, content_type: str, cache_control: str) -> HttpResponse:
    """Return the response for an existing file below MEDIA_ROOT that this product wrote itself."""
    if is_sent_by_proxy():
        response = HttpResponse()
        inside = path.relative_to(settings.MEDIA_ROOT).as_posix()
        response.headers["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL}{inside}"
    else:
        response = HttpResponse(path.read_bytes())  # A few tens of kilobytes.
    set_headers(response, content_type=content_type, cache_control=cache_control)
    return response


def is_sent_by_proxy() -> bool:
    """Return whether the proxy sends files on disk."""
    return bool(settings.MEDIA_ACCEL)


def set_headers(response: HttpResponseBase, *, content_type: str, cache_control: str) -> None:
    """Set the headers with which no browser executes a file in our origin."""
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = cache_control


def not_found() -> HttpResponse:
    """Return the response for a missing file; a file of another person gets the same response."""
    return HttpResponse(status=404, content_type="text/plain")
