"""The handshake of a socket: the origin of the page that opens it, and the session key in its cookie."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import validate_host


def has_allowed_origin(scope: dict[str, Any]) -> bool:
    """
    Return whether the page that opens the socket is of this site.

    A page cannot forge its origin, while browsers send cookies from pages of other sites too.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin1")
    if origin == settings.PUBLIC_URL:
        return True
    # An embedded instance has several host names, any of which the page may have used; ALLOWED_HOSTS excludes a
    # foreign name that resolves to this machine.
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
    # Sessions are looked up in batches: a malformed key would make the lookup fail for the others too.
    return claimed if claimed.isascii() and claimed.isalnum() else ""
