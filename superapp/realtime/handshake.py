"""The handshake of a socket: where the page that opens it comes from, and which session its cookie claims."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import validate_host


def has_allowed_origin(scope: dict[str, Any]) -> bool:
    """
    Return whether the page that opens the socket is ours; a page cannot forge its origin, while cookies are sent from
    any page.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin1")
    if origin == settings.PUBLIC_URL:
        return True
    # Embedded, the machine has several names of which the page may have used any; a foreign one pointed at it is none.
    page = urlsplit(origin)
    return (
        not settings.SERVED
        and page.netloc == headers.get(b"host", b"").decode("latin1")
        and validate_host(page.hostname or "", settings.ALLOWED_HOSTS)
    )


def read_session_key(scope: dict[str, Any]) -> str:
    """Return the session key of the client's cookie; empty if it has none or it is malformed."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    claimed = parse_cookie(cookies.decode("latin1")).get(settings.SESSION_COOKIE_NAME, "")
    # Several are looked up together: one that cannot be looked up at all would fail for the others, too.
    return claimed if claimed.isascii() and claimed.isalnum() else ""
